//! What remains of a database that is destroyed.

use nk_model::{Live, Phase};

use super::{DbInstance, DbInstanceOutputs};

pub(super) fn legacy(live: &Live<DbInstance, DbInstanceOutputs>) -> String {
    let Live { spec, outputs, phase, .. } = live;
    told(&spec.name, phase, spec.final_snapshot, outputs.final_snapshot.as_deref())
}

fn told(name: &str, phase: &Phase, wanted: bool, snapshot: Option<&str>) -> String {
    match (phase, snapshot) {
        // Only the run that deletes it knows whether it asks for a snapshot, and under which name.
        (Phase::Leaving(_), _) => format!(
            "is already being deleted; `aws rds describe-db-snapshots --db-instance-identifier \
             {name}` lists its snapshots"
        ),
        (_, Some(snapshot)) => format!("a final snapshot remains: `{snapshot}`"),
        (Phase::Failed(status), None) if wanted => {
            format!("its data is lost: RDS cannot take a snapshot of a database that is `{status}`")
        }
        (_, None) if wanted => "a final snapshot remains".to_owned(),
        _ => "its data is lost, without a final snapshot".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_database_is_told_beforehand() {
        let told = |phase, wanted, snapshot| told("shop-dev-db", &phase, wanted, snapshot);
        assert_eq!(
            told(Phase::Ready, true, Some("db-final-1")),
            "leaves the snapshot `db-final-1`"
        );
        assert_eq!(told(Phase::Ready, false, None), "its data is lost, without a final snapshot");
        assert_eq!(
            told(Phase::Failed("failed".into()), true, None),
            "takes its data with it: RDS makes no snapshot of what is `failed`"
        );
        assert_eq!(
            told(Phase::Leaving("deleting".into()), true, Some("db-final-1")),
            "is on its way; `aws rds describe-db-snapshots --db-instance-identifier shop-dev-db` \
             lists what is left of it"
        );
    }
}
