//! A dashboard.

use nk_model::Kind;
use serde::{Deserialize, Serialize};

use crate::{Document, Tags};

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dashboard {
    /// Unique in the account, in all its regions.
    pub name: String,
    /// Its widgets, as CloudWatch writes them.
    pub body: Document,
    /// Its tags.
    pub tags: Tags,
}

/// What AWS assigns to a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DashboardOutputs {
    /// Its ARN.
    pub arn: String,
}

impl Kind for Dashboard {
    type Outputs = DashboardOutputs;
    const KIND: &'static str = "dashboard";
    const OUTPUTS: &'static [&'static str] = &["arn"];
    const IMMUTABLE: &'static [&'static str] = &["name"];
}
