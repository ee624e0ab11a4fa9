//! An elastic IP address: a permanent public IPv4 address.

use std::time::Duration;

use nk_model::{
    Charge, Charges, Grant, Identity, Kind, NameRule, Only, Operation, Retry, Shown, Waiting,
};
use serde::{Deserialize, Serialize};

use super::tag_new;
use crate::{Tags, output};

output!(
    /// The allocation id of an elastic IP address.
    AllocationId = "elastic-ip", "id"
);

/// An elastic IP address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ElasticIp {
    /// Its tags.
    pub tags: Tags,
}

/// What AWS assigns to an elastic IP address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ElasticIpOutputs {
    /// Such as `eipalloc-0a1b2c`.
    pub id: String,
    /// The address itself.
    pub address: String,
}

/// How EC2 refuses to release an address that its NAT gateway still has; `AuthFailure` because the
/// network interface belongs to AWS.
const fn in_use(code: &'static str, message: &'static str) -> Retry {
    Retry::new(Operation::Destroy, code).saying(message).within(Duration::from_mins(5))
}

/// Any address.
const ADDRESS: &[&str] = &["ec2:{region}:{account}:elastic-ip/*"];

impl Kind for ElasticIp {
    type Outputs = ElasticIpOutputs;
    const KIND: &'static str = "elastic-ip";
    const OUTPUTS: &'static [&'static str] = &["id", "address"];
    const NAME: Option<NameRule> = None;
    const TAG_TYPE: Option<&'static str> = None;
    const SHOWN: Option<Shown> = None;
    const CHARGES: Charges<Self> = |_, _, _| vec![Charge::hourly("ipv4", 1.0)];
    const IDENTITY: Identity = Identity { guarded: false, ..Identity::DEFAULT };
    const WAITING: Waiting = Waiting {
        retry: &[
            in_use("InvalidIPAddress.InUse", ""),
            in_use("AuthFailure", "do not have permission to access the specified resource"),
        ],
        ..Waiting::DEFAULT
    };
    const GRANTS: &'static [Grant] = &[
        Grant::look(&["ec2:DescribeAddresses"]),
        Grant::make(&["ec2:AllocateAddress"]).on(ADDRESS).only(Only::Tagging),
        tag_new(&["AllocateAddress"]).on(ADDRESS),
        Grant::make(&["ec2:CreateTags"]).on(ADDRESS).only(Only::Tagged),
        Grant::remove(&["ec2:ReleaseAddress"]).on(ADDRESS).only(Only::Tagged),
    ];
}
