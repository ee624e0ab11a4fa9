//! AWS's refusals and durations. Emulators accept nearly everything and finish at once; this rule
//! learns from the calls what exists and what uses what, and refuses what AWS would refuse.

mod account;
mod balancing;
mod containers;
mod databases;
mod deed;
mod directory;
mod fields;
mod groups;
mod interfaces;
mod network;
mod shown;
mod stores;
#[cfg(test)]
mod tests;

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use tokio::time::Instant;

use self::{
    account::{Account, Kind},
    deed::{Deed, Does},
    fields::Fields,
};
use super::{Answer, Before, Call, Refusal, Rule};

/// How long AWS takes.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// From the call that creates, changes or deletes a NAT gateway, a load balancer, a database or
    /// a service until that is done.
    pub pending: Duration,
    /// How long the network interfaces of a load balancer or a service remain after it.
    pub linger: Duration,
    /// How long a new resource is unknown to those that use it.
    pub unheard: Duration,
}

impl Times {
    fn leaving(&self, kind: Kind) -> Duration {
        match kind {
            Kind::NatGateway | Kind::Database | Kind::Service => self.pending,
            _ => Duration::ZERO,
        }
    }

    fn lingering(&self, owner: Kind) -> Duration {
        match owner {
            Kind::LoadBalancer | Kind::Service => self.linger,
            _ => Duration::ZERO,
        }
    }
}

/// A call that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Such as `ec2:DeleteVpc`.
    pub call: String,
    /// The code.
    pub code: String,
    /// The message.
    pub message: String,
    /// Whether it passes by itself: what is in the way is being deleted, or what is missing is
    /// about to be known.
    pub passes: bool,
}

/// Why a call would be refused.
struct Objection {
    refusal: Refusal,
    passes: bool,
}

/// The rule. It must see every call of its account from the first on.
pub struct Refusals {
    account: Mutex<Account>,
    refused: Mutex<Vec<Refused>>,
}

impl Refusals {
    /// A rule for an empty account.
    pub fn new(times: Times) -> Self {
        Self { account: Mutex::new(Account::new(times)), refused: Mutex::default() }
    }

    /// What was refused since the last call of this function.
    ///
    /// # Panics
    ///
    /// When a connection's task has panicked.
    pub fn take(&self) -> Vec<Refused> {
        std::mem::take(&mut self.refused.lock().expect("no connection has panicked"))
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        let mut account = self.account.lock().expect("nothing panics while it holds this lock");
        account.sweep();
        account
    }

    fn objection(&self, call: &Call) -> Option<Objection> {
        let (asked, account) = (Fields::read(&call.body), self.account());
        network::objection(&account, call, &asked)
            .or_else(|| balancing::objection(&account, call, &asked))
            .or_else(|| databases::objection(&account, call, &asked))
            .or_else(|| containers::objection(&account, call, &asked))
            .or_else(|| directory::objection(&account, call, &asked))
            .or_else(|| stores::objection(&account, call, &asked))
            .or_else(|| deed_of(call)?.objection(&account, &asked))
    }
}

/// Learns from a call that AWS has carried out.
fn learn(account: &mut Account, call: &Call, answer: &str) {
    let (asked, answered) = (Fields::read(&call.body), Fields::read(answer));
    if let Some(deed) = deed_of(call) {
        deed.learn(account, &asked, &answered);
        provision(account, deed, &asked, &answered);
    }
    network::learn(account, call, &asked, &answered);
    groups::learn(account, call, &asked, answer);
    balancing::learn(account, call, &asked);
    databases::learn(account, call, &asked);
    containers::learn(account, call, &asked);
    directory::learn(account, call, &asked, &answered);
    stores::learn(account, call, &asked);
    interfaces::follow(account);
}

fn deed_of(call: &Call) -> Option<&'static Deed> {
    let tables = [
        network::DEEDS,
        balancing::DEEDS,
        databases::DEEDS,
        containers::DEEDS,
        directory::DEEDS,
        stores::DEEDS,
    ];
    tables.into_iter().flatten().find(|deed| deed.call == call.name())
}

/// A new resource is not ready at once.
fn provision(account: &mut Account, deed: &Deed, asked: &Fields, answered: &Fields) {
    let word = match (deed.does, deed.kind) {
        (Does::Make, Kind::NatGateway) => "pending",
        (Does::Make, Kind::LoadBalancer) => "provisioning",
        _ => return,
    };
    let until = Instant::now() + account.times.pending;
    if let Some((kind, id)) = deed.key(asked, Some(answered))
        && let Some(thing) = account.get_mut(kind, &id)
    {
        thing.busy = Some((until, word));
    }
}

impl Rule for Refusals {
    fn before(&self, call: &Call) -> Before {
        let Some(Objection { refusal, passes }) = self.objection(call) else { return Before::Pass };
        let (code, message) = (refusal.code.clone(), refusal.message.clone());
        let refused = Refused { call: call.name(), code, message, passes };
        self.refused.lock().expect("nothing panics while it holds this lock").push(refused);
        Before::Refuse(refusal)
    }

    fn shown(&self, call: &Call, mut answer: Answer) -> Result<Answer, Refusal> {
        let mut account = self.account();
        if answer.status < 300 {
            learn(&mut account, call, &String::from_utf8_lossy(&answer.body));
        }
        shown::show(&mut account, call, &mut answer);
        Ok(answer)
    }
}
