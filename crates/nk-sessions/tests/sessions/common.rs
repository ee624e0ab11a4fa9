//! A terminal whose nk works on the simulated cloud.

use std::{fs, io::Write, process::Stdio};

use insta::{Settings, internals::SettingsBindDropGuard};
use nk_model::Address;
use nk_sim::Sim;
use nk_tests::{rig::Said, terminal::Terminal};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// A stack that is quickly made: a network without anything that takes its time, but in production.
pub(crate) const NETWORK: &str = r#"project = "shop"
region  = "ap-northeast-1"

[network]
cidr  = "10.0.0.0/16"
nat   = "none"
zones = [{ name = "ap-northeast-1a", public = "10.0.1.0/24", private = "10.0.10.0/24" }]

[env.prod]
network.nat = "single"
"#;

/// The stack file that ships with nk.
pub(crate) const WHOLE: &str = nk_tests::topology::STACK;

/// A terminal with these stack files, by name, and an empty cloud.
pub(crate) fn terminal(stacks: &[(&str, &str)]) -> Terminal {
    let terminal = Terminal::with(env!("CARGO_BIN_EXE_nk-sim"), stacks)
        .variable("AWS_ENDPOINT_URL", "sim://aws/clouds")
        .variable("USER", "ana");
    fs::create_dir(terminal.path("clouds")).expect("a folder can be made");
    terminal
}

/// A terminal with the small stack.
pub(crate) fn shop() -> Terminal {
    terminal(&[("shop.toml", NETWORK)])
}

/// A terminal in which the development environment of a stack has been applied.
pub(crate) fn applied(stack: &str) -> Terminal {
    let terminal = terminal(&[("stack.toml", stack)]);
    let _ = terminal.nk("apply --env dev --yes").with_code(0);
    terminal
}

/// Does something to the cloud of a stack, as in `shop-dev`, behind nk's back.
pub(crate) fn meanwhile<T>(terminal: &Terminal, stack: &str, deed: impl FnOnce(&Sim) -> T) -> T {
    deed(&Sim::open(&terminal.path(&format!("clouds/{stack}.json"))))
}

/// An address, as in `vpc.main`.
pub(crate) fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

/// A terminal to type on, where this has been typed already. It must be kept.
pub(crate) fn typed(text: &str) -> (Stdio, impl Sized) {
    let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&keyboard).expect("a terminal");
    unlockpt(&keyboard).expect("a terminal");
    let name = ptsname(&keyboard, Vec::new()).expect("a terminal");
    let screen = fs::File::options().read(true).write(true).open(name.to_str().expect("a path"));
    let mut keyboard = fs::File::from(keyboard);
    keyboard.write_all(text.as_bytes()).expect("a terminal takes what is typed");
    (screen.expect("a terminal").into(), keyboard)
}

/// What comes out of a pipe.
pub(crate) fn piped(text: &str) -> Stdio {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(text.as_bytes()).expect("a pipe takes so much");
    reader.into()
}

/// Names in snapshots what is different each time: the process, the machine, the time of day.
pub(crate) fn filtered() -> SettingsBindDropGuard {
    let mut settings = Settings::clone_current();
    settings.add_filter(r"process \d+", "process [id]");
    settings.add_filter(r"on \S+ since [0-9-]+ [0-9:]+ UTC", "on [machine] since [time]");
    settings.add_filter(r#""host": ".*""#, r#""host": "[machine]""#);
    settings.add_filter(r#""since": ".*""#, r#""since": "[time]""#);
    settings.bind_to_scope()
}

/// Everything that is said is JSON, an object a line: of each its `event`, with how many there are of
/// it one after the other.
pub(crate) fn events(said: &Said) -> Vec<String> {
    let mut events: Vec<(String, usize)> = Vec::new();
    for line in said.out.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let name = event["event"].as_str().expect("an event").to_owned();
        match events.last_mut() {
            Some((last, count)) if *last == name => *count += 1,
            _ => events.push((name, 1)),
        }
    }
    events.into_iter().map(|(name, count)| format!("{count} x {name}")).collect()
}
