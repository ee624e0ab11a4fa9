//! Converts routes between EC2's lists and specs.

use aws_sdk_ec2::{
    operation::{create_route::CreateRouteError, describe_route_tables::DescribeRouteTablesError},
    types::{self, RouteOrigin, RouteState},
};
use nk_engine::CloudResult;
use nk_kinds::{
    Cidr,
    ec2::{Route, Target},
};
use nk_model::Ref;

use crate::{
    Aws,
    sdk_error::{SdkResult, garbled, refused},
};

/// A route that somebody created, as in a spec.
///
/// None for routes that belong to the table, are propagated, or belong to an endpoint, which nobody
/// may change here.
pub(super) fn made(route: types::Route) -> CloudResult<Option<Route>> {
    let endpoint = route.gateway_id.as_deref().is_some_and(|id| id.starts_with("vpce-"));
    let destination = route.destination_cidr_block.or(route.destination_ipv6_cidr_block);
    let (Some(RouteOrigin::CreateRoute), false, Some(destination)) =
        (route.origin, endpoint, destination)
    else {
        return Ok(None);
    };
    let garbled = |error| garbled::<DescribeRouteTablesError>(&error);
    let ids = [
        route.nat_gateway_id,
        route.gateway_id,
        route.transit_gateway_id,
        route.vpc_peering_connection_id,
        route.egress_only_internet_gateway_id,
        route.instance_id,
        route.network_interface_id,
        route.local_gateway_id,
        route.carrier_gateway_id,
        route.core_network_arn,
    ];
    let id = ids.into_iter().flatten().next().unwrap_or_else(|| "nothing".into());
    let target = match route.state {
        Some(RouteState::Blackhole) => Target::Other(format!("blackhole {id}")),
        _ if id.starts_with("nat-") => Target::NatGateway(Ref::known(id)),
        _ if id.starts_with("igw-") => Target::InternetGateway(Ref::known(id)),
        _ => Target::Other(id),
    };
    Ok(Some(Route { destination: destination.parse().map_err(garbled)?, target }))
}

impl Aws {
    /// Creates a route, or changes the target of the existing one for the same destination. False
    /// if a look must show whether it was done.
    pub(super) async fn lead(&self, table: &str, route: &Route, exists: bool) -> CloudResult<bool> {
        let (gateway, nat) = match &route.target {
            Target::InternetGateway(id) => (Some(id.to_string()), None),
            Target::NatGateway(id) => (None, Some(id.to_string())),
            Target::Other(other) => {
                let message = format!(
                    "nk cannot create a route to `{other}`; it supports only \
                                       gateways"
                );
                return Err(refused::<CreateRouteError>(message));
            }
        };
        let (four, six) = families(route.destination);
        if exists {
            let call = self.ec2.replace_route().route_table_id(table);
            let call = call.set_destination_cidr_block(four).set_destination_ipv6_cidr_block(six);
            let call = call.set_gateway_id(gateway).set_nat_gateway_id(nat).send().await;
            call.or_cloud_error().map(|_| true)
        } else {
            let call = self.ec2.create_route().route_table_id(table);
            let call = call.set_destination_cidr_block(four).set_destination_ipv6_cidr_block(six);
            let call = call.set_gateway_id(gateway).set_nat_gateway_id(nat).send().await;
            // It already exists; the next look shows its target.
            Ok(call.accepting(&["RouteAlreadyExists"])?.is_some())
        }
    }

    /// Deletes the route for a destination.
    pub(super) async fn unlead(&self, table: &str, destination: Cidr) -> CloudResult<()> {
        let (four, six) = families(destination);
        let call = self.ec2.delete_route().route_table_id(table);
        let call = call.set_destination_cidr_block(four).set_destination_ipv6_cidr_block(six);
        call.send().await.accepting(&["InvalidRoute.NotFound"]).map(drop)
    }
}

/// The range as an IPv4 or an IPv6 one: EC2 has a field for each.
fn families(range: Cidr) -> (Option<String>, Option<String>) {
    let text = Some(range.to_string());
    if range.is_ipv4() { (text, None) } else { (None, text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(origin: RouteOrigin, gateway: &str, state: RouteState) -> types::Route {
        types::Route::builder()
            .destination_cidr_block("0.0.0.0/0")
            .gateway_id(gateway)
            .origin(origin)
            .state(state)
            .build()
    }

    #[test]
    fn only_made_routes_count() {
        let (active, made_by) = (RouteState::Active, RouteOrigin::CreateRoute);
        let local = route(RouteOrigin::CreateRouteTable, "local", active.clone());
        let learned = route(RouteOrigin::EnableVgwRoutePropagation, "vgw-1", active.clone());
        let endpoint = route(made_by.clone(), "vpce-1", active.clone());
        for other in [local, learned, endpoint] {
            assert_eq!(made(other).unwrap(), None);
        }
        let target = Target::InternetGateway(Ref::known("igw-1"));
        let expected = Route { destination: Cidr::ANYWHERE, target };
        assert_eq!(made(route(made_by, "igw-1", active)).unwrap(), Some(expected));
    }

    #[test]
    fn a_route_into_nothing_is_another_route() {
        let found = route(RouteOrigin::CreateRoute, "igw-1", RouteState::Blackhole);
        let target = Target::Other("blackhole igw-1".into());
        assert_eq!(made(found).unwrap(), Some(Route { destination: Cidr::ANYWHERE, target }));
    }
}
