//! Any body as the answer to DescribeTaskDefinition: it is read without a panic, with the same
//! result each time, as a specification in canonical form that does not differ from itself.

#![no_main]

#[path = "../../crates/nk-aws/src/ecs/task_definition/extra.rs"]
mod extra;
#[path = "../../crates/nk-aws/src/ecs/task_definition/reading.rs"]
mod reading;

use std::sync::{Arc, LazyLock, Mutex};

use aws_sdk_ecs::{
    Client, Config,
    config::{
        BehaviorVersion, Region,
        http::{HttpRequest, HttpResponse},
        retry::RetryConfig,
    },
    types::TaskDefinition,
};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use libfuzzer_sys::fuzz_target;
use nk_kinds::Tags;
use nk_model::{Address, Json, StackId, difference};
use tokio::runtime::{Builder, Runtime};

/// Answers every request with the same body.
#[derive(Debug, Clone, Default)]
struct Answer(Arc<Mutex<Vec<u8>>>);

impl HttpConnector for Answer {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let body = self.0.lock().expect("nothing panics while it holds this").clone();
        let status = 200.try_into().expect("a status code");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body.into())))
    }
}

struct Service {
    answer: Answer,
    client: Client,
    runtime: Runtime,
}

impl Service {
    fn start() -> Self {
        let answer = Answer::default();
        let connector = SharedHttpConnector::new(answer.clone());
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-northeast-1"))
            .allow_no_auth()
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build();
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        Self { answer, client: Client::from_conf(config), runtime }
    }

    /// What the SDK reads from this body; none if it is not a valid answer.
    fn definition(&self, body: &[u8]) -> Option<TaskDefinition> {
        body.clone_into(&mut self.answer.0.lock().expect("nothing panics while it holds this"));
        let call = self.client.describe_task_definition().task_definition("any").send();
        self.runtime.block_on(call).ok()?.task_definition
    }
}

static SERVICE: LazyLock<Service> = LazyLock::new(Service::start);

/// The specification that is read, if it is no longer wanted and if it is.
fn read(definition: &TaskDefinition) -> (Json, Json) {
    let stack = StackId { project: "p".into(), environment: "e".into() };
    let address = Address::new("task-definition", "main");
    let live = |wanted: Option<&_>| {
        let tags = Tags::new(&stack, &address, "main");
        let revision = reading::Revision { definition: definition.clone(), tags };
        reading::live(address.clone(), revision, wanted).spec
    };
    let unwanted = live(None);
    let wanted = live(Some(&unwanted));
    let json = |spec| serde_json::to_value(spec).expect("a spec is JSON");
    (json(&unwanted), json(&wanted))
}

fuzz_target!(|body: &[u8]| {
    let Some(definition) = SERVICE.definition(body) else { return };
    let (spec, wanted) = read(&definition);
    assert_eq!(read(&definition).0, spec);
    assert_eq!(wanted, spec);
    let kind = nk_kinds::kind("task-definition").expect("a known kind");
    let canonical = (kind.canonical)(&spec).expect("what was read can be read again");
    assert_eq!(canonical, spec);
    assert_eq!(difference(&spec, &canonical), []);
});
