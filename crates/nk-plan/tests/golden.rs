//! Golden plans: how a change of the stack file, or a change in AWS behind nk's back, appears in
//! the plan.
//!
//! A case is a folder: `stack.toml` is what is desired; `before.toml`, if it exists, is what was
//! applied (`# The same.` stands for `stack.toml`); `meddle.json`, if it exists, is what has
//! happened to that since; `setting.json` contains everything else. `plan.txt` is the plan, or why
//! there is none. `NK_GOLDEN=write` rewrites it; read the difference.

#![expect(clippy::disallowed_methods, reason = "a test reads its own environment")]

use std::{collections::BTreeMap, env, fmt::Write, fs, path::Path};

use nk_model::{
    Action, Address, Desired, Forecast, LiveValue, Observed, Owner, Phase, Plan, Step, Until,
};
use nk_plan::Permission;
use nk_report::{PlanText, plan_text};
use nk_stack::{Source, Survey};
use nk_tests::trial::Trial;
use serde::Deserialize;
use serde_json::Value as Json;

/// A change in the account behind nk's back.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Deed {
    /// A field, with dots between the levels, got another value.
    Set { address: Address, field: String, value: Json },
    /// AWS does not report a field, or something else controls it.
    Untold { address: Address, field: String },
    /// Something exists that a spec cannot say.
    Beyond { address: Address, field: String, text: String },
    /// AWS assigned another output.
    Output { address: Address, output: String, value: Json },
    /// These are missing.
    Remove(Vec<Address>),
    /// All but these are missing.
    Keep(Vec<Address>),
    /// A resource is in another phase.
    Phase { address: Address, phase: Phase },
    /// A second resource exists at an address, equal to the first one except for these fields.
    Twin {
        address: Address,
        id: String,
        #[serde(default)]
        fields: BTreeMap<String, Json>,
        #[serde(default)]
        vacant: bool,
    },
    /// Somebody else has created what the stack file asks for; something is missing in its tags.
    Foreign { address: Address, id: String, lacks: String },
}

/// What a case needs apart from its files.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
struct Setting {
    environment: Option<String>,
    /// Whether everything is to be deleted.
    destroy: bool,
    /// Whether the plan is shown with the needs of each step.
    order: bool,
    /// The providers with credentials, when the stack was created and now.
    credentials_before: Vec<String>,
    credentials: Vec<String>,
    engine_versions: Vec<String>,
    /// ACM's status of the certificate.
    certificate_status: Option<String>,
    remove: Vec<String>,
}

fn desired(path: &Path, setting: &Setting, credentials: &[String], observed: &Observed) -> Desired {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let source = Source { name, text: fs::read_to_string(path).unwrap() };
    let environment = setting.environment.as_deref().unwrap_or("dev");
    let stack = nk_stack::read(&source, environment)
        .unwrap_or_else(|problems| panic!("{}: {problems:?}", path.display()));
    let survey = Survey {
        account: Some("123456789012".into()),
        credentials: credentials.iter().cloned().collect(),
        engine_versions: setting.engine_versions.iter().map(|text| text.parse().unwrap()).collect(),
        certificate_status: setting.certificate_status.clone(),
        ..Survey::default()
    };
    stack.expand(&survey.seeing(observed))
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Option<T> {
    let text = fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// What was applied before, if anything.
fn before(folder: &Path, setting: &Setting) -> Option<Desired> {
    let path = folder.join("before.toml");
    let same = fs::read_to_string(&path).ok()?.trim() == "# The same.";
    let path = if same { folder.join("stack.toml") } else { path };
    Some(desired(&path, setting, &setting.credentials_before, &Observed::default()))
}

fn the<'a>(observed: &'a mut Observed, address: &Address) -> &'a mut LiveValue {
    let found = observed.found.iter_mut().find(|live| live.address == *address);
    found.unwrap_or_else(|| panic!("there is no {address}"))
}

fn set(spec: &mut Json, field: &str, value: Json) {
    let pointer = format!("/{}", field.replace('.', "/"));
    *spec.pointer_mut(&pointer).unwrap_or_else(|| panic!("there is no field {field}")) = value;
}

impl Deed {
    fn befall(self, observed: &mut Observed, wanted: &Desired) {
        match self {
            Self::Set { address, field, value } => {
                set(&mut the(observed, &address).spec, &field, value);
            }
            Self::Untold { address, field } => {
                the(observed, &address).untold.insert(field);
            }
            Self::Beyond { address, field, text } => {
                the(observed, &address).beyond.insert(field, text);
            }
            Self::Output { address, output, value } => {
                the(observed, &address).outputs[output] = value;
            }
            Self::Remove(addresses) => {
                for address in addresses {
                    the(observed, &address);
                    observed.found.retain(|live| live.address != address);
                }
            }
            Self::Keep(addresses) => {
                for address in &addresses {
                    the(observed, address);
                }
                observed.found.retain(|live| addresses.contains(&live.address));
            }
            Self::Phase { address, phase } => the(observed, &address).phase = phase,
            Self::Twin { address, id, fields, vacant } => {
                let mut twin = the(observed, &address).clone();
                for (field, value) in fields {
                    set(&mut twin.spec, &field, value);
                }
                for (output, value) in twin.outputs.as_object_mut().unwrap() {
                    *value = format!("{id}/{output}").into();
                }
                observed.found.push(LiveValue { id, vacant, ..twin });
            }
            Self::Foreign { address, id, lacks } => {
                let spec = wanted.resources[&address].spec.clone();
                let live = LiveValue::ready(address, id, spec, serde_json::json!({}));
                observed.found.push(live.owned_by(Owner::Foreign(lacks)));
            }
        }
    }
}

/// Each step with its needs; a `~` marks those that must only be known and not ended.
fn order(plan: &Plan) -> String {
    let mut text = "\nOrder:\n".to_owned();
    let name = |step: &Step| {
        let word = match step.action {
            Action::Create => "create",
            Action::Update => "update",
            Action::Destroy => "destroy",
            Action::ReplaceCreate => "create the new resource",
            Action::Supersede => "register the next",
            Action::ReplaceDestroy => "delete the old resource",
        };
        format!("{word} {}", step.address)
    };
    for step in &plan.steps {
        writeln!(text, "  {}", name(step)).unwrap();
        for need in &step.needs {
            let mark = if need.until == Until::Known { "~" } else { " " };
            writeln!(text, "    after {mark}{}", name(&plan.steps[need.step])).unwrap();
        }
    }
    text
}

async fn case(folder: &Path) -> String {
    let setting: Setting = read(&folder.join("setting.json")).unwrap_or_default();
    let wanted = |observed: &Observed| {
        desired(&folder.join("stack.toml"), &setting, &setting.credentials, observed)
    };
    let trial = Trial::default();
    if let Some(before) = before(folder, &setting) {
        trial.apply(&before).await;
    }
    let sought = wanted(&Observed::default());
    let mut observed = trial.observe(&sought).await;
    for deed in read::<Vec<Deed>>(&folder.join("meddle.json")).unwrap_or_default() {
        deed.befall(&mut observed, &sought);
    }
    let wanted = wanted(&observed);
    let (wanted, permission) = if setting.destroy {
        (wanted.gone(nk_kinds::kind), Permission::everything())
    } else {
        (wanted, Permission { remove: setting.remove, ..Permission::default() })
    };
    match nk_plan::plan(&wanted, &observed, nk_kinds::kind, &permission) {
        Ok(mut plan) => {
            // A changed time that ships with nk must not change every golden plan.
            plan.forecast = Forecast::default();
            let order = if setting.order { order(&plan) } else { String::new() };
            plan_text(&plan, &PlanText::default()) + &order
        }
        Err(error) => {
            let hints = error.problems.iter().filter_map(nk_plan::Problem::hint);
            let hints: Vec<_> = hints.map(|hint| hint.text("")).collect();
            format!("{error}\n\n{}\n", hints.join("\n"))
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_case_gives_its_plan() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut folders: Vec<_> = fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() > 25, "the cases are in {}", root.display());
    let mut wrong = Vec::new();
    for folder in folders {
        let plan = case(&folder).await;
        let golden = folder.join("plan.txt");
        if env::var("NK_GOLDEN").as_deref() == Ok("write") {
            fs::write(&golden, &plan).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if plan != expected {
            wrong.push(format!("{}:\n{plan}\ninstead of\n{expected}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
