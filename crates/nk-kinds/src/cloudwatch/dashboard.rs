//! A dashboard.

use nk_model::{Address, Charge, Charges, Grant, Kind, NameRule, Replacement, Shown, StackId};
use serde::{Deserialize, Serialize};

use crate::{Document, Tags};

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dashboard {
    /// Unique in the account, across its regions.
    pub name: String,
    /// Its widgets, in CloudWatch's spelling.
    pub body: Document,
    /// Its tags.
    pub tags: Tags,
}

impl Dashboard {
    /// The signature of a dashboard, in a widget of its own. For most of their history dashboards
    /// had no tags, and they do not have them everywhere now; the signature shows to whom a
    /// dashboard belongs.
    pub fn signature(stack: &StackId, address: &Address) -> String {
        format!("{stack}, managed by nk as {address}; the next apply reverts changes made by hand")
    }

    /// Whether its body contains this signature.
    pub fn is_signed(&self, signature: &str) -> bool {
        let widgets = self.body.value()["widgets"].as_array().into_iter().flatten();
        widgets.into_iter().any(|widget| widget["properties"]["markdown"] == signature)
    }
}

/// What AWS assigns to a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DashboardOutputs {
    /// Its ARN.
    pub arn: String,
}

/// The dashboard of a stack, by its name. Dashboards belong to no region.
const DASHBOARD: &[&str] = &["cloudwatch::{account}:dashboard/{stack}"];

impl Kind for Dashboard {
    type Outputs = DashboardOutputs;
    const KIND: &'static str = "dashboard";
    const OUTPUTS: &'static [&'static str] = &["arn"];
    const NAME: Option<NameRule> = NameRule::name(255, "-_");
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = |_, _, _| vec![Charge::monthly("dashboard", 1.0)];
    const REPLACEMENT: Replacement = Replacement { immutable: &["name"], ..Replacement::DEFAULT };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource"]).on(DASHBOARD),
        Grant::make(&["cloudwatch:PutDashboard", "cloudwatch:TagResource"]).on(DASHBOARD),
        Grant::remove(&["cloudwatch:DeleteDashboards"]).on(DASHBOARD),
    ];
}
