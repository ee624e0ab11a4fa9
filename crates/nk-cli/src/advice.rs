//! The commands that people are told to run, whole: what is told is what works when it is copied.

use crate::arguments::Global;

/// The flags that make another command mean the same stack, environment and account as this one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags(String);

impl Flags {
    /// Those of this command line.
    pub(crate) fn of(global: &Global) -> Self {
        let stack = global.stack.as_ref().map(|path| path.display().to_string());
        let named = [
            ("--env", global.environment.clone()),
            ("--stack", stack),
            ("--profile", global.profile.clone()),
        ];
        let flag = |(flag, value): (&str, Option<String>)| {
            value.map(|value| format!(" {flag} {}", quoted(&value)))
        };
        let local = global.local.then(|| " --local".to_owned());
        Self(named.into_iter().filter_map(flag).chain(local).collect())
    }

    /// A text whose commands of nk, which stand in backticks, have the flags. One that says what
    /// environment it is for is whole, and the emulator is the same for all.
    pub(crate) fn complete(&self, text: &str) -> String {
        let parts = text.split('`').enumerate().map(|(nth, part)| {
            let is_command = nth % 2 == 1 && part.starts_with("nk ");
            if is_command && !part.starts_with("nk local") && !part.contains("--env") {
                format!("{part}{}", self.0)
            } else {
                part.to_owned()
            }
        });
        parts.collect::<Vec<_>>().join("`")
    }
}

/// A value as a shell takes it for one word.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:+=,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_with_what_it_takes_to_mean_the_same() {
        let flags = Flags(" --env prod --local".into());
        for (text, whole) in [
            ("run `nk unlock`", "run `nk unlock --env prod --local`"),
            (
                "or `nk destroy --unprotect` does",
                "or `nk destroy --unprotect --env prod --local` does",
            ),
            ("by ana: `nk apply --env dev`", "by ana: `nk apply --env dev`"),
            ("run `nk local down`, nk says", "run `nk local down`, nk says"),
            ("put `nk` back", "put `nk` back"),
        ] {
            assert_eq!(flags.complete(text), whole);
            assert_eq!(Flags::default().complete(text), text);
        }
    }

    #[test]
    fn a_file_with_a_space_is_one_word() {
        assert_eq!(quoted("stacks/a.toml"), "stacks/a.toml");
        assert_eq!(quoted("my stacks/it's.toml"), r"'my stacks/it'\''s.toml'");
    }
}
