//! Application load balancers.

mod listener;
mod load_balancer;
mod target_group;

pub use listener::{Listener, ListenerAction, ListenerArn, ListenerOutputs, ListenerRule};
pub use load_balancer::{LoadBalancer, LoadBalancerArn, LoadBalancerOutputs};
pub use target_group::{HealthCheck, TargetGroup, TargetGroupArn, TargetGroupOutputs};
