//! Delays what takes time on AWS and none on the emulator: resources stay pending, or stay in
//! deletion, for as long as on AWS, scaled down.
//!
//! A deletion is acknowledged at once, and passed on to the emulator when its time is over.

use std::{collections::HashMap, time::Duration};

use http_body_util::Full;
use hyper::{Response, body::Bytes};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use crate::{Answer, Call};

/// Seconds that AWS takes: medians from public logs of Terraform runs, for database instances with
/// backups. A database instance has an address when it is created, before its first backup.
mod seconds {
    pub(super) const GATEWAY_PENDING: f64 = 107.0;
    pub(super) const GATEWAY_DELETING: f64 = 52.0;
    pub(super) const BALANCER_PROVISIONING: f64 = 154.0;
    pub(super) const DATABASE_CREATING: f64 = 306.0;
    pub(super) const DATABASE_BACKED_UP: f64 = 428.0;
    pub(super) const DATABASE_DELETING: f64 = 186.0;
    /// With a short deregistration delay, as both tools set it.
    pub(super) const SERVICE_DRAINING: f64 = 70.0;
}

/// Since when delayed resources have existed, or have been in deletion.
#[derive(Default)]
pub(crate) struct Hold {
    /// How many times faster than AWS; nothing is delayed if it is not set.
    speed: Option<f64>,
    made: HashMap<String, Instant>,
    leaving: HashMap<String, Instant>,
}

impl Hold {
    /// Delays everything by AWS's time divided by this.
    pub(crate) fn at(speed: Option<f64>) -> Self {
        Self { speed, ..Self::default() }
    }

    /// The answer to a deletion that takes time, and when to carry it out, unless that is already
    /// scheduled.
    pub(crate) fn postpone(&mut self, call: &Call) -> Option<(Answer, Option<Duration>)> {
        let speed = self.speed?;
        let (id, takes, kind, said) = match call.operation.as_str() {
            "DeleteNatGateway" => {
                let id = call.parameter("NatGatewayId")?.to_owned();
                let said = format!("<natGatewayId>{id}</natGatewayId>");
                (id, seconds::GATEWAY_DELETING, "text/xml", enclosed(&said, "DeleteNatGateway"))
            }
            "DeleteDBInstance" => {
                let id = call.parameter("DBInstanceIdentifier")?.to_owned();
                let said = format!(
                    "<DeleteDBInstanceResult><DBInstance><DBInstanceIdentifier>{id}\
                     </DBInstanceIdentifier><DBInstanceStatus>deleting</DBInstanceStatus>\
                     </DBInstance></DeleteDBInstanceResult>"
                );
                (id, seconds::DATABASE_DELETING, "text/xml", enclosed(&said, "DeleteDBInstance"))
            }
            "DeleteService" => {
                let asked: Json = serde_json::from_str(&call.body).ok()?;
                // Tools send a name, or an ARN that ends with the name.
                let id = last(asked["service"].as_str()?).to_owned();
                let said = json!({"service": {"serviceName": id, "status": "DRAINING"}});
                let json = "application/x-amz-json-1.1";
                (id, seconds::SERVICE_DRAINING, json, said.to_string())
            }
            _ => return None,
        };
        let first = !self.leaving.contains_key(&id);
        self.leaving.entry(id).or_insert_with(Instant::now);
        let answer = Response::builder()
            .header("content-type", kind)
            .body(Full::new(said.into()))
            .expect("a well-formed answer");
        Some((answer, first.then(|| Duration::from_secs_f64(takes / speed))))
    }

    /// The answer, with resources shown as pending or in deletion.
    pub(crate) fn patch(&mut self, call: &Call, body: Bytes) -> Bytes {
        let Some(text) = self.speed.and_then(|_| std::str::from_utf8(&body).ok()) else {
            return body;
        };
        let created = call.operation.starts_with("Create");
        match call.operation.as_str() {
            "CreateNatGateway" | "DescribeNatGateways" => {
                each(text, "natGatewayId", |id, item| match self.age(id, created) {
                    // After the emulator has deleted it, its own answer is right.
                    _ if self.leaving.contains_key(id) => {
                        item.replacen("<state>available<", "<state>deleting<", 1)
                    }
                    Some(age) if age < seconds::GATEWAY_PENDING => set(item, "state", "pending"),
                    _ => item.to_owned(),
                })
                .into()
            }
            "CreateLoadBalancer" | "DescribeLoadBalancers" => {
                each(text, "LoadBalancerArn", |arn, item| match self.age(arn, created) {
                    Some(age) if age < seconds::BALANCER_PROVISIONING => {
                        set(item, "Code", "provisioning")
                    }
                    _ => item.to_owned(),
                })
                .into()
            }
            "CreateDBInstance" | "DescribeDBInstances" => {
                each(text, "DBInstanceIdentifier", |id, item| match self.age(id, created) {
                    _ if self.leaving.contains_key(id) => set(item, "DBInstanceStatus", "deleting"),
                    Some(age) if age < seconds::DATABASE_CREATING => {
                        without(&set(item, "DBInstanceStatus", "creating"), "Endpoint")
                    }
                    Some(age) if age < seconds::DATABASE_BACKED_UP => {
                        set(item, "DBInstanceStatus", "backing-up")
                    }
                    _ => item.to_owned(),
                })
                .into()
            }
            "DescribeServices" => match serde_json::from_str::<Json>(text) {
                Ok(mut answer) => {
                    self.drain(&mut answer);
                    answer.to_string().into()
                }
                Err(_) => body,
            },
            _ => body,
        }
    }

    /// The seconds, on AWS's scale, since a resource was created; it is created now if this call
    /// creates it.
    fn age(&mut self, id: &str, created: bool) -> Option<f64> {
        if created {
            self.made.entry(id.to_owned()).or_insert_with(Instant::now);
        }
        Some(self.made.get(id)?.elapsed().as_secs_f64() * self.speed?)
    }

    /// Services in deletion are shown as draining as long as they are active in the emulator.
    fn drain(&self, answer: &mut Json) {
        for service in answer["services"].as_array_mut().into_iter().flatten() {
            let going =
                service["serviceName"].as_str().is_some_and(|name| self.leaving.contains_key(name));
            if going && service["status"] == "ACTIVE" {
                service["status"] = "DRAINING".into();
            }
        }
    }
}

fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn enclosed(said: &str, operation: &str) -> String {
    format!(
        "<{operation}Response>{said}<requestId>nk-bench</requestId><ResponseMetadata><RequestId>\
         nk-bench</RequestId></ResponseMetadata></{operation}Response>"
    )
}

/// Changes each item of an answer; an item is the text from one id to the next.
fn each(text: &str, tag: &str, mut change: impl FnMut(&str, &str) -> String) -> String {
    let open = format!("<{tag}>");
    let mut parts = text.split(&open);
    let mut changed = parts.next().unwrap_or_default().to_owned();
    for item in parts {
        let id = item.split('<').next().unwrap_or_default();
        changed.push_str(&open);
        changed.push_str(&change(id, item));
    }
    changed
}

/// The range of bytes of an element's content, if the element exists.
fn content(text: &str, tag: &str) -> Option<(usize, usize)> {
    let start = text.find(&format!("<{tag}>"))? + tag.len() + 2;
    Some((start, start + text[start..].find(&format!("</{tag}>"))?))
}

fn set(item: &str, tag: &str, value: &str) -> String {
    match content(item, tag) {
        Some((start, end)) => format!("{}{value}{}", &item[..start], &item[end..]),
        None => item.to_owned(),
    }
}

fn without(item: &str, tag: &str) -> String {
    match content(item, tag) {
        Some((start, end)) => {
            format!("{}{}", &item[..start - tag.len() - 2], &item[end + tag.len() + 3..])
        }
        None => item.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(operation: &str, body: &str) -> Call {
        Call { operation: operation.to_owned(), body: body.to_owned() }
    }

    fn patched(hold: &mut Hold, operation: &str, text: &str) -> String {
        let bytes = hold.patch(&call(operation, ""), Bytes::copy_from_slice(text.as_bytes()));
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    const GATEWAYS: &str = "<i><natGatewayId>nat-1</natGatewayId><state>available</state></i>\
                            <i><natGatewayId>nat-2</natGatewayId><state>available</state></i>";
    const DATABASE: &str = "<DBInstanceIdentifier>db</DBInstanceIdentifier><DBInstanceStatus>\
                            available</DBInstanceStatus><Endpoint><Port>1</Port></Endpoint><x/>";

    #[tokio::test(start_paused = true)]
    async fn a_gateway_is_pending_for_its_time_at_scale() {
        let mut hold = Hold::at(Some(10.0));
        let one = GATEWAYS.split("<i>").nth(1).unwrap();
        assert!(patched(&mut hold, "CreateNatGateway", one).contains("pending"));
        let now = patched(&mut hold, "DescribeNatGateways", GATEWAYS);
        assert_eq!(now, GATEWAYS.replacen("available", "pending", 1));
        tokio::time::advance(Duration::from_secs_f64(10.6)).await;
        assert!(patched(&mut hold, "DescribeNatGateways", GATEWAYS).contains("pending"));
        tokio::time::advance(Duration::from_secs_f64(0.2)).await;
        assert_eq!(patched(&mut hold, "DescribeNatGateways", GATEWAYS), GATEWAYS);
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_has_an_address_before_it_is_available() {
        let mut hold = Hold::at(Some(1.0));
        let made = patched(&mut hold, "CreateDBInstance", DATABASE);
        assert_eq!(
            made,
            "<DBInstanceIdentifier>db</DBInstanceIdentifier><DBInstanceStatus>creating\
             </DBInstanceStatus><x/>"
        );
        tokio::time::advance(Duration::from_secs(307)).await;
        let backing_up = patched(&mut hold, "DescribeDBInstances", DATABASE);
        assert_eq!(backing_up, DATABASE.replace("available", "backing-up"));
        tokio::time::advance(Duration::from_secs(122)).await;
        assert_eq!(patched(&mut hold, "DescribeDBInstances", DATABASE), DATABASE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deletion_is_told_at_once_and_done_later_and_only_once() {
        let mut hold = Hold::at(Some(10.0));
        let delete = call("DeleteDBInstance", "Action=DeleteDBInstance&DBInstanceIdentifier=db");
        let (_, wait) = hold.postpone(&delete).unwrap();
        assert_eq!(wait, Some(Duration::from_secs_f64(18.6)));
        assert_eq!(hold.postpone(&delete).unwrap().1, None);
        let now = patched(&mut hold, "DescribeDBInstances", DATABASE);
        assert_eq!(now, DATABASE.replace("available", "deleting"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_drains_whoever_names_it_however() {
        let mut hold = Hold::at(Some(10.0));
        let arn = "arn:aws:ecs:x:1:service/main/web";
        let delete = call("DeleteService", &json!({"service": arn}).to_string());
        assert!(hold.postpone(&delete).unwrap().1.is_some());
        let active = json!({"services": [{"serviceName": "web", "status": "ACTIVE"}]});
        let now = patched(&mut hold, "DescribeServices", &active.to_string());
        assert!(now.contains("DRAINING"), "{now}");
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_scale_everything_passes() {
        let mut hold = Hold::default();
        assert!(hold.postpone(&call("DeleteNatGateway", "NatGatewayId=nat-1")).is_none());
        assert_eq!(patched(&mut hold, "CreateNatGateway", GATEWAYS), GATEWAYS);
    }
}
