//! The emulators that nk can run, with their pinned versions.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

use crate::{Lie, LocalError, lies};

/// A file that is part of nk: its path in the installation, and its text.
type Source = (&'static str, &'static str);

/// An emulator: its packages, how it is started, and how it is asked.
#[derive(Debug, PartialEq, Eq)]
pub struct Product {
    /// Such as `moto`.
    pub name: &'static str,
    /// The requirements for pip.
    pub(crate) pins: &'static str,
    /// The oldest Python 3 that it runs on, such as `11`.
    pub(crate) python: u32,
    /// The files of nk that belong to it, rewritten at every start.
    pub(crate) sources: &'static [Source],
    /// What Python runs: paths in the installation; `HOST` and `PORT` stand for the address.
    command: &'static [&'static str],
    /// Returns 200 when it is ready.
    pub(crate) health: &'static str,
    /// A POST to it empties the emulator.
    pub reset: &'static str,
    /// The emulators whose faults it has, by name.
    tells: &'static [&'static str],
}

/// The first one is the default.
static PRODUCTS: &[Product] = &[
    Product {
        name: "moto",
        pins: include_str!("../../../localstack/requirements.txt"),
        python: 11,
        sources: &[
            ("moto_server.py", include_str!("../../../localstack/moto_server.py")),
            ("moto_patches.py", include_str!("../../../localstack/moto_patches.py")),
        ],
        command: &["moto_server.py", "HOST", "PORT"],
        health: "/nk/health",
        reset: "/moto-api/reset",
        tells: &["moto"],
    },
    Product {
        name: "ministack",
        pins: include_str!("../../../localstack/requirements-ministack.txt"),
        python: 11,
        sources: &[(
            "ministack_server.py",
            include_str!("../../../localstack/ministack_server.py"),
        )],
        command: &["ministack_server.py", "HOST", "PORT"],
        health: "/_ministack/health",
        reset: "/_ministack/reset",
        tells: &["ministack"],
    },
    Product {
        name: "localstack",
        pins: include_str!("../../../localstack/requirements-localstack.txt"),
        python: 12,
        sources: &[
            ("localstack_server.py", include_str!("../../../localstack/localstack_server.py")),
            ("localstack_patches.py", include_str!("../../../localstack/localstack_patches.py")),
            ("moto_patches.py", include_str!("../../../localstack/moto_patches.py")),
        ],
        command: &["localstack_server.py", "HOST", "PORT"],
        health: "/_localstack/health",
        reset: "/_localstack/state/reset",
        // It contains moto.
        tells: &["moto", "localstack"],
    },
];

impl Product {
    /// Every one of them, the default first.
    pub fn all() -> &'static [Self] {
        PRODUCTS
    }

    /// The one that `NK_LOCAL_EMULATOR` names.
    pub fn chosen(variable: impl Fn(&str) -> Option<String>) -> Result<&'static Self, LocalError> {
        let Some(name) = variable("NK_LOCAL_EMULATOR").filter(|name| !name.is_empty()) else {
            return Ok(&PRODUCTS[0]);
        };
        PRODUCTS.iter().find(|product| product.name == name).ok_or_else(|| {
            let known: Vec<_> = PRODUCTS.iter().map(|product| product.name).collect();
            LocalError::UnknownProduct { name, known: known.join(", ") }
        })
    }

    /// What is installed, such as `moto[server]==5.2.5`.
    pub fn pin(&self) -> &'static str {
        self.pins.lines().next().unwrap_or_default()
    }

    /// The fields that it does not keep.
    pub fn lies(&self) -> Vec<Lie> {
        lies().into_iter().filter(|lie| self.tells.contains(&lie.emulator.as_str())).collect()
    }

    /// A name for what is installed: other versions, another directory.
    pub(crate) fn fingerprint(&self) -> String {
        hash([self.pins])
    }

    /// A name for nk's files that belong to it.
    pub(crate) fn digest(&self) -> String {
        hash(self.sources.iter().map(|(_, text)| *text))
    }

    /// What Python runs, with its arguments.
    pub(crate) fn arguments(&self, directory: &Path, port: u16) -> Vec<PathBuf> {
        let argument = |word: &&str| match *word {
            "HOST" => "127.0.0.1".into(),
            "PORT" => port.to_string().into(),
            path => directory.join(path),
        };
        self.command.iter().map(argument).collect()
    }
}

/// The first sixteen hexadecimal digits of the SHA-256 of texts.
fn hash<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text);
    }
    let digest = digest.finalize();
    let start = digest.first_chunk().expect("a hash has 32 bytes");
    format!("{:016x}", u64::from_be_bytes(*start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_is_pinned_to_one_version_of_everything_it_names() {
        for product in Product::all() {
            for line in product.pins.lines() {
                assert!(line.contains("=="), "{}: `{line}` is not pinned", product.name);
            }
        }
    }
}
