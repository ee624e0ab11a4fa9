//! What stands in the way of a destroy, which EC2 knows and does not say.

use nk_engine::{CloudError, CloudResult, Nature};
use nk_model::{Address, Guard};

use super::neighbour::{Going, Neighbours, Obstacle};
use crate::Aws;

/// The codes by which EC2 says that something is still in use.
const IN_USE: [&str; 2] = ["DependencyViolation", "InvalidGroup.InUse"];

impl Aws {
    /// The same answer, where a refusal because something is still in use names what stands in the
    /// way, and who it belongs to.
    ///
    /// The code stays: the refusal passes once this stack's own resources have let go. Where
    /// something else stands there, it does not.
    pub(super) async fn naming_obstacles<T>(
        &self,
        answer: CloudResult<T>,
        vpc: &str,
        going: Going<'_>,
    ) -> CloudResult<T> {
        let Err(error) = answer else { return answer };
        if !IN_USE.iter().any(|code| error.is(code)) {
            return Err(error);
        }
        // Who may delete may not be allowed to look; the refusal itself is the better news then.
        match self.neighbours(vpc, going == Going::Vpc).await {
            Ok(neighbours) => Err(naming(error, &self.obstacles(&neighbours, going))),
            Err(_) => Err(error),
        }
    }

    /// What of others stands in a VPC that is to go: AWS would refuse to remove it in the end.
    pub(super) async fn others_in(&self, address: &Address, vpc: &str) -> CloudResult<Vec<Guard>> {
        let neighbours = self.neighbours(vpc, true).await?;
        let others = self.obstacles(&neighbours, Going::Vpc).into_iter().filter(|one| !one.passes);
        let guard = |other: Obstacle| Guard {
            address: address.clone(),
            reason: format!("{} stands in it, is not this stack's and keeps it", other.name),
            liftable: true,
        };
        Ok(others.map(guard).collect())
    }

    fn obstacles(&self, neighbours: &Neighbours, going: Going) -> Vec<Obstacle> {
        neighbours.obstacles(&self.stack, going)
    }
}

fn naming(error: CloudError, obstacles: &[Obstacle]) -> CloudError {
    let passes = obstacles.iter().all(|one| one.passes);
    let nature = if passes { error.nature } else { Nature::Blocked };
    // What stays decides; what passes would only draw the eye away from it.
    let told = obstacles.iter().filter(|one| one.passes == passes);
    CloudError { obstacles: told.map(|one| one.name.clone()).collect(), nature, ..error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(operation: &str) -> CloudError {
        let error = CloudError::refused(operation, "it has dependencies");
        CloudError { code: Some("DependencyViolation".into()), ..error }
    }

    fn obstacle(name: &str, passes: bool) -> Obstacle {
        Obstacle { name: name.into(), passes }
    }

    #[test]
    fn a_refusal_names_what_passes_and_keeps_its_code() {
        let found = [obstacle("one", true), obstacle("two", true)];
        let error = naming(refusal("ec2:DeleteSubnet"), &found);
        assert_eq!(error.obstacles, ["one", "two"]);
        assert_eq!((error.is("DependencyViolation"), error.nature), (true, Nature::Refused));
    }

    #[test]
    fn what_stays_is_named_alone_and_blocks() {
        let found = [obstacle("one", true), obstacle("two", false)];
        let error = naming(refusal("ec2:DeleteSubnet"), &found);
        assert_eq!(error.obstacles, ["two"]);
        assert_eq!(error.nature, Nature::Blocked);
    }

    #[test]
    fn a_refusal_without_a_reason_stays_as_it_is() {
        let error = refusal("ec2:DeleteSubnet");
        assert_eq!(naming(error.clone(), &[]), error);
    }
}
