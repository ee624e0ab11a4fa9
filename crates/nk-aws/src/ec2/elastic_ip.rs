//! How EC2 creates an elastic IP address.

use aws_sdk_ec2::types::{self, DomainType, ResourceType};
use nk_engine::{CloudResult, Departure, Reconcile, Scope};
use nk_kinds::ec2::{ElasticIp, ElasticIpOutputs};
use nk_model::{Address, Change, Changes, Live};

use super::{sought, tagged};
use crate::{Aws, retry::once, sdk_error::SdkResult};

type LiveAddress = Live<ElasticIp, ElasticIpOutputs>;

impl Reconcile<ElasticIp> for Aws {
    async fn observe(&self, scope: &Scope<ElasticIp>) -> CloudResult<Vec<LiveAddress>> {
        let filter = self.ec2_filter(scope, "allocation-id");
        let call = self.ec2.describe_addresses().filters(filter).send().await;
        let found = call.or_cloud_error()?.addresses.unwrap_or_default();
        sought(scope, found.into_iter().map(|address| Ok(self.elastic_ip(address))))
    }

    async fn create(
        &self,
        spec: &ElasticIp,
        address: &Address,
    ) -> CloudResult<Option<LiveAddress>> {
        // There is no token and no unique name: a second attempt of the SDK could allocate a second
        // address.
        let answer = self
            .ec2
            .allocate_address()
            .domain(DomainType::Vpc)
            .tag_specifications(tagged(ResourceType::ElasticIp, &spec.tags))
            .customize()
            .config_override(once!(aws_sdk_ec2))
            .send()
            .await
            .or_cloud_error()?;
        let (Some(id), Some(ip)) = (answer.allocation_id, answer.public_ip) else {
            return Ok(None);
        };
        // The answer has no tags, but the call sets them or creates nothing.
        let outputs = ElasticIpOutputs { id: id.clone(), address: ip };
        let live = Live::ready(address.clone(), id, spec.clone(), outputs);
        Ok(Some(Live { vacant: true, ..live }))
    }

    async fn update(
        &self,
        spec: &ElasticIp,
        live: &LiveAddress,
        changes: &[Change],
    ) -> CloudResult<Option<LiveAddress>> {
        if changes.touch("tags") {
            self.ec2_tag(&live.id, &spec.tags).await?;
        }
        Ok(Some(live.clone().changed_to(spec.clone())))
    }

    async fn destroy(&self, live: &LiveAddress) -> CloudResult<Departure> {
        let call = self.ec2.release_address().allocation_id(&live.id).send().await;
        call.accepting(&["InvalidAllocationID.NotFound"])?;
        Ok(Departure::Gone)
    }
}

impl Aws {
    fn elastic_ip(&self, found: types::Address) -> Option<LiveAddress> {
        let (address, tags) = self.ec2_owned(found.tags)?;
        let id = found.allocation_id?;
        let outputs = ElasticIpOutputs { id: id.clone(), address: found.public_ip? };
        let live = Live::ready(address, id, ElasticIp { tags }, outputs);
        Some(Live { vacant: found.association_id.is_none(), ..live })
    }
}
