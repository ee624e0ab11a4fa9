//! The emulators nk knows how to run: a table of them, with what is pinned.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// An emulator: what it is installed from, how it is started, where it is spoken to.
#[derive(Debug, PartialEq, Eq)]
pub struct Product {
    /// As in `moto`.
    pub name: &'static str,
    /// What pip is given.
    pub(crate) pins: &'static str,
    /// A program of ours around it, by file name; none where its own will do.
    pub(crate) source: Option<(&'static str, &'static str)>,
    /// Its own command in the virtual environment; unused where there is a program of ours.
    command: &'static str,
    /// Its environment, `PORT` standing for the port.
    pub(crate) environment: &'static [(&'static str, &'static str)],
    /// Answers 200 once it is ready.
    pub(crate) health: &'static str,
    /// Forgets everything on POST.
    pub(crate) reset: &'static str,
}

/// The first one is the default.
pub(crate) static PRODUCTS: &[Product] = &[
    Product {
        name: "moto",
        pins: include_str!("../../../localstack/requirements.txt"),
        source: Some(("moto_server.py", include_str!("../../../localstack/moto_server.py"))),
        command: "",
        environment: &[],
        health: "/moto-api/data.json",
        reset: "/moto-api/reset",
    },
    Product {
        name: "ministack",
        pins: include_str!("../../../localstack/requirements-ministack.txt"),
        source: None,
        command: "ministack",
        environment: &[("BIND_HOST", "127.0.0.1"), ("GATEWAY_PORT", "PORT"), ("EDGE_PORT", "PORT")],
        health: "/_ministack/health",
        reset: "/_ministack/reset",
    },
];

impl Product {
    /// Every one of them, the default first.
    pub fn all() -> &'static [Self] {
        PRODUCTS
    }

    /// What is installed, as in `moto[server]==5.2.5`.
    pub fn pin(&self) -> &'static str {
        self.pins.lines().next().unwrap_or_default()
    }

    /// A name for what is installed: other pins, another directory.
    pub(crate) fn fingerprint(&self) -> String {
        hash(self.pins)
    }

    /// A name for the program of ours around it.
    pub(crate) fn digest(&self) -> String {
        hash(self.source.map_or("", |(_, text)| text))
    }

    /// What the virtual environment's Python runs, with its arguments.
    pub(crate) fn arguments(&self, directory: &Path, port: u16) -> Vec<PathBuf> {
        match self.source {
            Some((file, _)) => {
                vec![directory.join(file), "127.0.0.1".into(), port.to_string().into()]
            }
            None => vec![directory.join("venv/bin").join(self.command)],
        }
    }
}

/// The first sixteen hexadecimal digits of the SHA-256 of a text.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(text);
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
