//! What blocks a destroy, which EC2 knows and does not report.

use nk_engine::{CloudError, CloudResult, Nature};
use nk_model::{Address, Guard};

use super::neighbour::{Going, Neighbours, Obstacle};
use crate::Aws;

/// EC2's codes for something that is still in use.
const IN_USE: [&str; 2] = ["DependencyViolation", "InvalidGroup.InUse"];

impl Aws {
    /// The same answer, in which a refusal because something is in use names what is in the way,
    /// and to whom it belongs.
    ///
    /// The code stays: the refusal passes when the stack's own resources are gone. If something
    /// else is in the way, it does not pass.
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
        // The caller may be allowed to delete and not to read; then the refusal itself says more.
        match self.neighbours(vpc, going == Going::Vpc).await {
            Ok(neighbours) => Err(naming(error, &self.obstacles(&neighbours, going))),
            Err(_) => Err(error),
        }
    }

    /// Foreign resources in a VPC that is to be deleted, because of which AWS would finally refuse
    /// to delete it.
    pub(super) async fn others_in(&self, address: &Address, vpc: &str) -> CloudResult<Vec<Guard>> {
        let neighbours = self.neighbours(vpc, true).await?;
        let others = self.obstacles(&neighbours, Going::Vpc).into_iter().filter(|one| !one.passes);
        let guard = |other: Obstacle| Guard {
            address: address.clone(),
            reason: format!("{} is in it and does not belong to this stack", other.name),
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
    // What stays is decisive; what passes would only distract from it.
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
