//! Golden plans: what a change of the stack file, or of AWS behind nk's back, makes of the plan.
//!
//! A case is a folder in `tests/golden`: `stack.toml` is what is wanted; `before.toml`, where there
//! is one, is what was applied; `meddle.json`, where there is one, is what others did to it since.
//! `plan.txt` is the plan, or why there is none. `NK_GOLDEN=write` writes it anew.

use std::{env, fs, path::Path};

use nk_model::{Address, Desired, LiveValue};
use nk_plan::Permission;
use nk_report::{PlanText, plan_text};
use nk_stack::{Source, Survey};
use nk_tests::trial::Trial;
use serde::Deserialize;
use serde_json::Value as Json;

/// What others did.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Deed {
    /// Gave a field another value.
    Set { address: Address, field: String, value: Json },
    /// Removed a resource.
    Remove { address: Address },
    /// Added a resource.
    Plant(Box<LiveValue>),
}

/// What a case needs besides its files.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Setting {
    environment: Option<String>,
    destroy: bool,
    credentials: Vec<String>,
    engine_versions: Vec<String>,
    remove: Vec<String>,
}

fn desired(path: &Path, setting: &Setting) -> Desired {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let source = Source { name, text: fs::read_to_string(path).unwrap() };
    let environment = setting.environment.as_deref().unwrap_or("dev");
    let stack =
        nk_stack::read(&source, environment).unwrap_or_else(|problems| panic!("{problems:?}"));
    let survey = Survey {
        account: Some("123456789012".into()),
        credentials: setting.credentials.iter().cloned().collect(),
        engine_versions: setting.engine_versions.iter().map(|text| text.parse().unwrap()).collect(),
        ..Survey::default()
    };
    stack.expand(&survey)
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Option<T> {
    let text = fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

async fn case(folder: &Path) -> String {
    let setting: Setting = read(&folder.join("setting.json")).unwrap_or_default();
    let wanted = desired(&folder.join("stack.toml"), &setting);
    let trial = Trial::default();
    if folder.join("before.toml").exists() {
        trial.apply(&desired(&folder.join("before.toml"), &setting)).await;
    }
    for deed in read::<Vec<Deed>>(&folder.join("meddle.json")).unwrap_or_default() {
        match deed {
            Deed::Set { address, field, value } => trial.sim.meddle(&address, &field, value),
            Deed::Remove { address } => trial.sim.remove(&address),
            Deed::Plant(live) => trial.sim.plant(*live),
        }
    }
    let observed = trial.observe(&wanted).await;
    let (wanted, permission) = if setting.destroy {
        (Desired::nothing(wanted.stack), Permission::everything())
    } else {
        (wanted, Permission { remove: setting.remove, ..Permission::default() })
    };
    match nk_plan::plan(&wanted, &observed, nk_kinds::kind, &permission) {
        Ok(plan) => plan_text(&plan, &PlanText::default()),
        Err(error) => {
            let hints: Vec<_> = error.problems.iter().filter_map(nk_plan::Problem::hint).collect();
            format!("{error}\n\n{}\n", hints.join("\n"))
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_case_gives_its_plan() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut folders: Vec<_> = fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() > 10, "the cases are in {}", root.display());
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
