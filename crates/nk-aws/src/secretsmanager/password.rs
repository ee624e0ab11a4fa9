//! Passwords.

/// The characters of a password: none that RDS refuses, and none that a shell, a URL, a form or
/// JSON would escape, so that it can be recognised wherever it must not appear. See
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html>.
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// The number of characters: 192 bits.
const LENGTH: usize = 32;

/// A new password from the operating system's random generator.
pub(super) fn generated() -> String {
    let mut password = String::with_capacity(LENGTH);
    let mut bytes = [0; 2 * LENGTH];
    while password.len() < LENGTH {
        getrandom::fill(&mut bytes).expect("the operating system has random bytes");
        // Values beyond the alphabet are discarded, so that all characters are equally likely.
        let thrown = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 0x7f)));
        password.extend(thrown.map(|byte| char::from(*byte)).take(LENGTH - password.len()));
    }
    password
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_never_the_same() {
        let one = generated();
        assert_eq!(one.len(), LENGTH);
        assert!(one.bytes().all(|byte| ALPHABET.contains(&byte)), "{one}");
        assert_ne!(one, generated());
    }
}
