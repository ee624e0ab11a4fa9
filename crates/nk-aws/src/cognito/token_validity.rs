//! The validity of tokens: Cognito has four units and a default for each token, a spec has seconds.

use aws_sdk_cognitoidentityprovider::types::{
    TimeUnitsType, TokenValidityUnitsType, UserPoolClientType,
};
use nk_kinds::cognito::TokenValidity;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The units in requests of nk.
pub(super) fn in_seconds() -> TokenValidityUnitsType {
    TokenValidityUnitsType::builder()
        .access_token(TimeUnitsType::Seconds)
        .id_token(TimeUnitsType::Seconds)
        .refresh_token(TimeUnitsType::Seconds)
        .build()
}

/// A number of seconds for the SDK; Cognito's own limit is far below the maximum.
pub(super) fn validity(seconds: i64) -> i32 {
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

/// The validity in a client's description, in which 0 and nothing both mean the default.
pub(super) fn observed(client: &UserPoolClientType) -> TokenValidity {
    let units = client.token_validity_units.as_ref();
    let hours = |number: Option<i32>, unit: Option<&TimeUnitsType>| {
        in_unit(number.unwrap_or_default(), unit.unwrap_or(&TimeUnitsType::Hours))
    };
    let refresh_unit = units.and_then(|units| units.refresh_token.as_ref());
    let refresh =
        in_unit(client.refresh_token_validity, refresh_unit.unwrap_or(&TimeUnitsType::Days));
    TokenValidity {
        access_seconds: hours(
            client.access_token_validity,
            units.and_then(|units| units.access_token.as_ref()),
        )
        .unwrap_or(HOUR),
        id_seconds: hours(
            client.id_token_validity,
            units.and_then(|units| units.id_token.as_ref()),
        )
        .unwrap_or(HOUR),
        refresh_seconds: refresh.unwrap_or(30 * DAY),
    }
}

fn in_unit(number: i32, unit: &TimeUnitsType) -> Option<i64> {
    let seconds = match unit {
        TimeUnitsType::Days => DAY,
        TimeUnitsType::Hours => HOUR,
        TimeUnitsType::Minutes => 60,
        _ => 1,
    };
    (number > 0).then(|| i64::from(number) * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default_and_units_do_not_matter() {
        let silent = UserPoolClientType::builder().build();
        let minutes = TokenValidityUnitsType::builder()
            .access_token(TimeUnitsType::Minutes)
            .refresh_token(TimeUnitsType::Minutes)
            .build();
        let spoken = UserPoolClientType::builder()
            .access_token_validity(60)
            .id_token_validity(1)
            .refresh_token_validity(43_200)
            .token_validity_units(minutes)
            .build();
        let usual =
            TokenValidity { access_seconds: 3600, id_seconds: 3600, refresh_seconds: 2_592_000 };
        assert_eq!([observed(&silent), observed(&spoken)], [usual, usual]);
    }
}
