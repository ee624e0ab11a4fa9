//! Survey.
use nk_engine::CloudResult;

use crate::Aws;

impl Aws {
    pub(crate) async fn engine_versions(&self, _: &str, _: &str) -> CloudResult<Vec<String>> {
        Ok(Vec::new())
    }
}
