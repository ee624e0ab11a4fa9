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
            "is on its way; `aws rds describe-db-snapshots --db-instance-identifier {name}` lists \
             what is left of it"
        ),
        _ if !wanted => "takes its data with it: no snapshot is left".to_owned(),
        (_, Some(snapshot)) => format!("leaves the snapshot `{snapshot}`"),
        (Phase::Failed(status), None) => {
            format!("takes its data with it: RDS makes no snapshot of what is `{status}`")
        }
        (_, None) => "leaves a snapshot".to_owned(),
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
        let lost = "takes its data with it: no snapshot is left";
        assert_eq!(told(Phase::Ready, false, Some("db-final-1")), lost);
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
