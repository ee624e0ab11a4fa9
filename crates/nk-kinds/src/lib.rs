//! What each kind of resource *is*: its spec, its outputs, which fields AWS does not change in
//! place, how it is replaced, how long things take. One file per kind, grouped by service, no SDK.
//!
//! Adding a kind takes this crate's file, the reconciler's file in `nk-aws`, a `mod` line each, and
//! one line in [`each_kind`].

pub mod cloudwatch;
pub mod cognito;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod elb;
pub mod iam;
pub mod logs;
pub mod rds;
pub mod secretsmanager;
pub mod sns;
mod times;
pub mod value;

use nk_model::{Kind, KindInfo};
pub use value::{
    Cidr, CidrError, Document, EngineVersion, PolicyDocument, StatedWindow, Tags, Window,
    WindowError,
};

/// Calls `$macro!` with the types of all kinds: the one list that every registry is made from.
#[macro_export]
macro_rules! each_kind {
    ($macro:ident) => {
        $macro! {
            $crate::ec2::Vpc,
            $crate::ec2::InternetGateway,
            $crate::ec2::Subnet,
            $crate::ec2::ElasticIp,
            $crate::ec2::NatGateway,
            $crate::ec2::RouteTable,
            $crate::ec2::SecurityGroup,
            $crate::iam::Role,
            $crate::logs::LogGroup,
            $crate::ecr::Repository,
            $crate::secretsmanager::Secret,
            $crate::rds::DbSubnetGroup,
            $crate::rds::DbParameterGroup,
            $crate::rds::DbInstance,
            $crate::ecs::Cluster,
            $crate::ecs::TaskDefinition,
            $crate::ecs::Service,
            $crate::elb::LoadBalancer,
            $crate::elb::TargetGroup,
            $crate::elb::Listener,
            $crate::cognito::UserPool,
            $crate::cognito::UserPoolClient,
            $crate::cognito::UserPoolDomain,
            $crate::cognito::IdentityProvider,
            $crate::cloudwatch::Dashboard,
            $crate::cloudwatch::Alarm,
            $crate::sns::Topic,
        }
    };
}

macro_rules! infos {
    ($($kind:ty),* $(,)?) => {
        /// Every kind, with its type erased.
        pub const KINDS: &[KindInfo] = &[
            $(KindInfo { usual: || times::of(<$kind>::KIND), ..KindInfo::of::<$kind>() }),*
        ];
    };
}
each_kind!(infos);

/// What is known of a kind; none for a word that is not one.
pub fn kind(name: &str) -> Option<&'static KindInfo> {
    KINDS.iter().find(|info| info.kind == name)
}

macro_rules! services {
    ($($kind:ty),* $(,)?) => {
        const SERVICES: &[(&str, &str)] =
            &[$((<$kind as nk_model::Kind>::KIND, stringify!($kind))),*];
    };
}
each_kind!(services);

/// The service that a kind belongs to, as its module is called: `ec2` for `subnet`; empty for a
/// word that is no kind.
pub fn service(kind: &str) -> &'static str {
    let path = SERVICES.iter().find(|(name, _)| *name == kind).map_or("", |(_, path)| *path);
    path.rsplit("::").nth(1).unwrap_or_default().trim()
}

/// Declares a value that AWS assigns, so that a [`nk_model::Ref`] can be typed by it.
macro_rules! output {
    ($(#[$meta:meta])* $type:ident = $kind:literal, $name:literal) => {
        $(#[$meta])*
        pub enum $type {}

        impl nk_model::Output for $type {
            const KIND: &'static str = $kind;
            const NAME: &'static str = $name;
            const TYPE: &'static str = concat!("@", $kind, ".", $name);
        }
    };
}
use output;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_belongs_to_a_service() {
        assert_eq!(["subnet", "service", "alarm"].map(service), ["ec2", "ecs", "cloudwatch"]);
        for kind in KINDS {
            assert!(service(kind.kind).chars().all(|c| c.is_ascii_alphanumeric()), "{}", kind.kind);
            assert_ne!(service(kind.kind), "");
        }
        assert_eq!(service("nothing"), "");
    }
}
