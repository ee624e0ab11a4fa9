//! Databases.

mod db_instance;
mod db_parameter_group;
mod db_subnet_group;

pub use db_instance::{DbInstance, DbInstanceOutputs, Storage};
pub use db_parameter_group::{DbParameterGroup, DbParameterGroupName, DbParameterGroupOutputs};
pub use db_subnet_group::{DbSubnetGroup, DbSubnetGroupName, DbSubnetGroupOutputs};
