//! How long RDS supports the major versions of its engines without a surcharge.

use std::collections::BTreeMap;

/// The last day of standard support of a major version, such as `2028-02-29`; none if nk does not
/// know it.
pub(crate) fn standard_support_ends(engine: &str, major: u32) -> Option<String> {
    shipped().remove(engine)?.remove(&major.to_string())
}

/// The same day of the previous year, in the order of texts.
pub(crate) fn a_year_before(date: &str) -> String {
    let (year, rest) = date.split_at(4);
    let year: u32 = year.parse().expect("a date begins with its year");
    format!("{:04}{rest}", year - 1)
}

fn shipped() -> BTreeMap<String, BTreeMap<String, String>> {
    toml::from_str(include_str!("support.toml")).expect("the shipped dates are well-formed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_dates_are_well_formed() {
        let engines = shipped();
        assert!(engines["postgres"].contains_key("15"));
        for date in engines.values().flat_map(BTreeMap::values) {
            assert_eq!((date.len(), a_year_before(date).len()), (10, 10), "{date}");
        }
    }

    /// The community supports a major version until November of the fifth year after its release,
    /// which was in the year of its number plus 2007.
    #[test]
    fn postgresql_is_supported_until_the_february_after_the_community_does() {
        for (major, date) in &shipped()["postgres"] {
            let year = major.parse::<u32>().unwrap() + 2007 + 5 + 1;
            let leap = year.is_multiple_of(4);
            assert_eq!(*date, format!("{year}-02-{}", if leap { 29 } else { 28 }), "{major}");
        }
    }
}
