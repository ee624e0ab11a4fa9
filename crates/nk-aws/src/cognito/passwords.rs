//! The password policy of a user pool, and how forgotten passwords are replaced.

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::types::{
    AccountRecoverySettingType, PasswordPolicyType, RecoveryOptionNameType, RecoveryOptionType,
    UserPoolType, builders::PasswordPolicyTypeBuilder,
};
use nk_kinds::cognito::{PasswordPolicy, UserPool};

/// The default for how many days a temporary password is valid.
const TEMPORARY_DAYS: i32 = 7;

/// A password policy, as in requests.
pub(super) fn password_policy(policy: &PasswordPolicy) -> PasswordPolicyTypeBuilder {
    PasswordPolicyType::builder()
        .minimum_length(policy.length)
        .require_lowercase(policy.require.contains("lower"))
        .require_uppercase(policy.require.contains("upper"))
        .require_numbers(policy.require.contains("digit"))
        .require_symbols(policy.require.contains("symbol"))
        .temporary_password_validity_days(policy.temporary_days)
}

/// The policy of a pool, as in its description.
pub(super) fn observed_policy(pool: &UserPoolType) -> PasswordPolicy {
    let policy = pool.policies.as_ref().and_then(|policies| policies.password_policy.as_ref());
    let Some(policy) = policy else { return default_policy() };
    let required = [
        ("lower", policy.require_lowercase),
        ("upper", policy.require_uppercase),
        ("digit", policy.require_numbers),
        ("symbol", policy.require_symbols),
    ];
    let require = required.into_iter().filter(|(_, on)| *on).map(|(word, _)| word.to_owned());
    PasswordPolicy {
        length: policy.minimum_length.unwrap_or_default(),
        require: require.collect(),
        // Cognito treats 0 as not given.
        temporary_days: match policy.temporary_password_validity_days {
            0 => TEMPORARY_DAYS,
            days => days,
        },
    }
}

fn default_policy() -> PasswordPolicy {
    let require = ["lower", "upper", "digit", "symbol"].map(str::to_owned);
    let require = BTreeSet::from(require);
    PasswordPolicy { length: 8, require, temporary_days: TEMPORARY_DAYS }
}

/// How forgotten passwords are replaced, as in requests.
pub(super) fn recovery(spec: &UserPool) -> AccountRecoverySettingType {
    let ways = (1..).zip(&spec.recovery).map(|(priority, way)| {
        let way = RecoveryOptionNameType::from(way.as_str());
        let option = RecoveryOptionType::builder().priority(priority).name(way);
        option.build().expect("an option has a priority and a name")
    });
    AccountRecoverySettingType::builder().set_recovery_mechanisms(Some(ways.collect())).build()
}

/// The same, as in a pool's description.
pub(super) fn observed_recovery(pool: &UserPoolType) -> Vec<String> {
    let setting = pool.account_recovery_setting.as_ref();
    let mut ways =
        setting.map(|setting| setting.recovery_mechanisms().to_vec()).unwrap_or_default();
    ways.sort_by_key(|way| way.priority);
    ways.into_iter().map(|way| way.name.to_string()).collect()
}
