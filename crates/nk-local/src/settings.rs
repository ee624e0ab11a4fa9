//! Which emulator, where, and on which port, according to the environment variables.

use std::path::PathBuf;

use crate::{LocalError, Product};

/// Which emulator to run, and where to install it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which.
    pub product: &'static Product,
    /// The user's cache directory for nk.
    pub cache: PathBuf,
    /// The port; none for any free one.
    pub port: Option<u16>,
    /// Distinguishes several emulators that run at once from one installation.
    pub instance: String,
}

impl Settings {
    /// Reads `NK_LOCAL_EMULATOR`, `NK_LOCAL_PORT`, `XDG_CACHE_HOME` and `HOME` from the environment
    /// variables.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, LocalError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let product = Product::chosen(variable)?;
        let port = variable("NK_LOCAL_PORT")
            .map(|text| match text.parse() {
                Ok(port) if port > 0 => Ok(port),
                _ => Err(LocalError::BadPort(text)),
            })
            .transpose()?;
        let cache = variable("XDG_CACHE_HOME")
            .map(PathBuf::from)
            // The specification requires that a relative path is ignored.
            .filter(|path| path.is_absolute())
            .or_else(|| Some(PathBuf::from(variable("HOME")?).join(".cache")))
            .ok_or(LocalError::Homeless)?
            .join("nk");
        Ok(Self { product, cache, port, instance: "default".to_owned() })
    }

    /// Where it is installed.
    pub(crate) fn directory(&self) -> PathBuf {
        self.cache.join(format!("emulator-{}", self.product.fingerprint()))
    }

    /// A file of this instance, by its extension.
    pub(crate) fn file(&self, extension: &str) -> PathBuf {
        self.directory().join(format!("{}.{extension}", self.instance))
    }

    /// The virtual environment's Python.
    pub fn python(&self) -> PathBuf {
        self.directory().join("venv/bin/python")
    }
}

/// How many times faster than AWS the emulator is, according to `NK_LOCAL_SPEED`; 1 by default. A
/// proxy that delays for seconds what takes AWS minutes is 60 times as fast, and nk's waits are
/// shorter by that factor.
pub fn speed(variable: impl Fn(&str) -> Option<String>) -> Result<f64, LocalError> {
    let Some(text) = variable("NK_LOCAL_SPEED").filter(|text| !text.is_empty()) else {
        return Ok(1.0);
    };
    match text.parse() {
        Ok(speed) if (1.0..=1000.0).contains(&speed) => Ok(speed),
        _ => Err(LocalError::BadSpeed(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, LocalError> {
        Settings::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn moto_is_the_default_on_any_port_in_the_users_cache() {
        let settings = read(&[("HOME", "/home/a")]).unwrap();
        assert_eq!(settings.product.name, "moto");
        assert_eq!(settings.port, None);
        assert_eq!(settings.cache, PathBuf::from("/home/a/.cache/nk"));
    }

    #[test]
    fn the_environment_chooses() {
        let settings = read(&[
            ("HOME", "/home/a"),
            ("XDG_CACHE_HOME", "/cache"),
            ("NK_LOCAL_EMULATOR", "ministack"),
            ("NK_LOCAL_PORT", "4599"),
        ])
        .unwrap();
        assert_eq!(settings.product.name, "ministack");
        assert_eq!(settings.port, Some(4599));
        assert_eq!(settings.cache, PathBuf::from("/cache/nk"));
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        let unknown = read(&[("HOME", "/h"), ("NK_LOCAL_EMULATOR", "mto")]).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "there is no emulator `mto`; known: moto, ministack, localstack"
        );
        let port = read(&[("HOME", "/h"), ("NK_LOCAL_PORT", "70000")]).unwrap_err();
        assert_eq!(port.to_string(), "`NK_LOCAL_PORT` is not a port: 70000");
        let speed =
            |text: &str| speed(|_| Some(text.to_owned())).map_err(|error| error.to_string());
        assert_eq!(speed("60"), Ok(60.0));
        assert_eq!(speed(""), Ok(1.0));
        for wrong in ["0", "-1", "inf", "NaN", "fast"] {
            let said = format!("`NK_LOCAL_SPEED` is not a number from 1 to 1000: {wrong}");
            assert_eq!(speed(wrong), Err(said));
        }
        assert!(matches!(read(&[]).unwrap_err(), LocalError::Homeless));
        assert!(matches!(read(&[("XDG_CACHE_HOME", "x")]).unwrap_err(), LocalError::Homeless));
    }
}
