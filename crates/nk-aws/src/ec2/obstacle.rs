//! What stands in the way of a destroy, which EC2 knows and does not say.

use aws_sdk_ec2::types::NetworkInterface;
use nk_engine::{CloudError, CloudResult};

use super::filter;
use crate::{Aws, rim::Refused};

/// The codes by which EC2 says that something is still in use.
const IN_USE: [&str; 2] = ["DependencyViolation", "InvalidGroup.InUse"];

impl Aws {
    /// The same answer, where a refusal because something is still in use names the network
    /// interfaces in that place, and who they belong to.
    ///
    /// The code stays: the refusal passes once their owners let go of them.
    pub(super) async fn naming_obstacles<T>(
        &self,
        answer: CloudResult<T>,
        place: &str,
        id: &str,
    ) -> CloudResult<T> {
        let Err(error) = answer else { return answer };
        if !IN_USE.iter().any(|code| error.is(code)) {
            return Err(error);
        }
        let call = self.ec2.describe_network_interfaces().filters(filter(place, [id])).send().await;
        // Who may delete may not be allowed to look; the refusal itself is the better news then.
        let Ok(found) = call.refused("ec2:DescribeNetworkInterfaces") else { return Err(error) };
        let interfaces = found.network_interfaces.unwrap_or_default();
        Err(naming(error, &interfaces))
    }
}

fn naming(error: CloudError, interfaces: &[NetworkInterface]) -> CloudError {
    // A gateway is held by public addresses only.
    let public = error.operation == "ec2:DetachInternetGateway";
    let held = interfaces.iter().filter(|each| !public || each.association.is_some());
    let named: Vec<_> = held.map(name).collect();
    if named.is_empty() {
        return error;
    }
    let message = format!("{} (in the way: {})", error.message, named.join(", "));
    CloudError { message, ..error }
}

/// An interface by its id and by what its owner wrote on it, as in `ELB app/main/50dc6c4`.
fn name(interface: &NetworkInterface) -> String {
    let id = interface.network_interface_id().unwrap_or("without an id");
    match interface.description().filter(|text| !text.is_empty()) {
        Some(description) => format!("network interface {id} of \"{description}\""),
        None => format!("network interface {id}"),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::NetworkInterfaceAssociation;
    use nk_engine::Nature;

    use super::*;

    fn refusal(operation: &str) -> CloudError {
        let error = CloudError::refused(operation, "it has dependencies");
        CloudError { code: Some("DependencyViolation".into()), ..error }
    }

    fn interface(id: &str, description: &str, public: bool) -> NetworkInterface {
        let association = public.then(|| NetworkInterfaceAssociation::builder().build());
        NetworkInterface::builder()
            .network_interface_id(id)
            .description(description)
            .set_association(association)
            .build()
    }

    #[test]
    fn a_refusal_names_the_interfaces_and_keeps_its_code() {
        let found = [interface("eni-1", "ELB app/main/1", true), interface("eni-2", "", false)];
        let error = naming(refusal("ec2:DeleteSubnet"), &found);
        let message = "it has dependencies (in the way: network interface eni-1 of \
                       \"ELB app/main/1\", network interface eni-2)";
        assert_eq!(error.message, message);
        assert_eq!((error.is("DependencyViolation"), error.nature), (true, Nature::Refused));
    }

    #[test]
    fn only_public_addresses_hold_an_internet_gateway() {
        let found = [interface("eni-1", "RDSNetworkInterface", false)];
        let error = refusal("ec2:DetachInternetGateway");
        assert_eq!(naming(error.clone(), &found), error);
    }
}
