//! The rules that faults are made of.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use hyper::{body::Bytes, header::HeaderValue};
use tokio::sync::Notify;

use super::{After, Answer, Before, Call, Refusal, Rule};

/// One call of a run: the `nth` of its name, from zero. Parallel calls arrive in any order, but two
/// runs that do the same make the same number of calls of each name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Such as `ec2:CreateVpc`.
    pub name: String,
    /// How many calls of that name came before.
    pub nth: usize,
}

/// On which side of AWS a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// AWS has not received the call.
    Before,
    /// AWS has carried it out.
    After,
}

/// How many calls of each name have arrived.
#[derive(Default)]
struct Counter(Mutex<BTreeMap<String, usize>>);

impl Counter {
    /// The number of this call among those of its name.
    fn next(&self, call: &Call) -> usize {
        let mut counts = self.0.lock().expect("nothing panics while it counts");
        let count = counts.entry(call.name()).or_default();
        *count += 1;
        *count - 1
    }
}

/// The end of a process: a call is struck, and from then on nothing gets through, neither requests
/// nor answers, until the process has ended.
pub struct Death {
    which: Which,
    side: Side,
    dead: Mutex<Option<String>>,
    /// Notified when a call was struck.
    pub struck: Notify,
}

/// Which call is struck.
enum Which {
    This(Target, Counter),
    /// The first that changes something and has none of these names.
    NoneOf(BTreeSet<String>),
}

impl Death {
    /// A death at this call.
    pub fn at(target: Target, side: Side) -> Self {
        Self::new(Which::This(target, Counter::default()), side)
    }

    /// A death at the first call that changes something and has none of these names.
    pub fn at_another(names: BTreeSet<String>, side: Side) -> Self {
        Self::new(Which::NoneOf(names), side)
    }

    fn new(which: Which, side: Side) -> Self {
        Self { which, side, dead: Mutex::default(), struck: Notify::new() }
    }

    /// The name of the call that was struck.
    ///
    /// # Panics
    ///
    /// When a connection's task has panicked.
    pub fn name(&self) -> Option<String> {
        self.dead.lock().expect("no connection has panicked").clone()
    }

    /// Whether this is the call. It is counted.
    fn hits(&self, call: &Call) -> bool {
        match &self.which {
            Which::This(target, counter) => {
                call.name() == target.name && counter.next(call) == target.nth
            }
            Which::NoneOf(names) => call.changes() && !names.contains(&call.name()),
        }
    }

    fn strike(&self, call: &Call) {
        let mut dead = self.dead.lock().expect("nothing panics while it holds this lock");
        *dead = Some(call.name());
        self.struck.notify_one();
    }
}

impl Rule for Death {
    fn before(&self, call: &Call) -> Before {
        if self.name().is_some() {
            return Before::Hold;
        }
        // It is counted here if it is to be struck before AWS receives it, otherwise when AWS has
        // answered.
        if self.side == Side::Before && self.hits(call) {
            self.strike(call);
            return Before::Hold;
        }
        Before::Pass
    }

    fn after(&self, call: &Call, _: u16) -> After {
        if self.side == Side::After && self.name().is_none() && self.hits(call) {
            self.strike(call);
        }
        if self.name().is_some() { After::Hold } else { After::Pass }
    }
}

/// One call is carried out and its answer is lost; so are the answers to its repetitions, up to
/// `times`.
pub struct Loss {
    target: Target,
    times: usize,
    counter: Counter,
    lost: Mutex<Vec<String>>,
}

impl Loss {
    /// Loses the answer to this call this many times.
    pub fn of(target: Target, times: usize) -> Self {
        Self { target, times, counter: Counter::default(), lost: Mutex::default() }
    }

    /// How many answers were lost.
    ///
    /// # Panics
    ///
    /// When a connection's task has panicked.
    pub fn count(&self) -> usize {
        self.lost.lock().expect("no connection has panicked").len()
    }
}

impl Rule for Loss {
    fn after(&self, call: &Call, _: u16) -> After {
        if call.name() != self.target.name {
            return After::Pass;
        }
        let nth = self.counter.next(call);
        let mut lost = self.lost.lock().expect("nothing panics while it holds this lock");
        let hit = match lost.first() {
            None => nth == self.target.nth,
            Some(first) => lost.len() < self.times && *first == call.body,
        };
        if hit {
            lost.push(call.body.clone());
        }
        if hit { After::Cut } else { After::Pass }
    }
}

/// AWS on a bad day: of twenty calls, six are throttled and two fail, and of twenty answers, one is
/// cut off. The seed chooses which.
pub struct Rain {
    before: Deck<Weather>,
    after: Deck<After>,
}

#[derive(Clone, Copy)]
enum Weather {
    Throttled,
    Failed,
    Unavailable,
    Clear,
}

impl Rain {
    /// The flaky calls of this seed.
    pub fn new(seed: u64) -> Self {
        use Weather::{Clear, Failed, Throttled, Unavailable};
        let before = [(Throttled, 6), (Failed, 1), (Unavailable, 1), (Clear, 12)];
        let after = [(After::Cut, 1), (After::Pass, 19)];
        Self { before: Deck::new(seed, &before), after: Deck::new(!seed, &after) }
    }
}

impl Rule for Rain {
    fn before(&self, call: &Call) -> Before {
        match self.before.deal() {
            Weather::Throttled => Before::Refuse(Refusal::throttled(call)),
            Weather::Failed => {
                let said = "An internal error has occurred";
                Before::Refuse(Refusal::new(500, "InternalFailure", said))
            }
            Weather::Unavailable => {
                let said = "Service is unavailable";
                Before::Refuse(Refusal::new(503, "ServiceUnavailable", said))
            }
            Weather::Clear => Before::Pass,
        }
    }

    fn after(&self, _: &Call, _: u16) -> After {
        self.after.deal()
    }
}

/// Cards that are dealt one by one and shuffled again when none is left: the order is random, the
/// shares are exact.
struct Deck<C> {
    cards: Vec<C>,
    dealt: Mutex<(fastrand::Rng, Vec<C>)>,
}

impl<C: Clone> Deck<C> {
    /// This many of each card.
    fn new(seed: u64, cards: &[(C, usize)]) -> Self {
        let cards = cards.iter().flat_map(|(card, count)| vec![card.clone(); *count]).collect();
        Self { cards, dealt: Mutex::new((fastrand::Rng::with_seed(seed), Vec::new())) }
    }

    fn deal(&self) -> C {
        let mut dealt = self.dealt.lock().expect("nothing panics while it deals");
        let (chance, left) = &mut *dealt;
        if left.is_empty() {
            left.extend_from_slice(&self.cards);
            chance.shuffle(left);
        }
        left.pop().expect("a deck has cards")
    }
}

/// Answers as AWS does if a load balancer, a target group or a listener with the same settings
/// already exists, or a NAT gateway, a route table or a service with the same token: with the
/// existing one. The emulator would create a second one, leave a network interface, or start its
/// tasks again.
///
/// See <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html>,
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html>
/// and <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html>.
#[derive(Default)]
pub struct Repeated(Mutex<BTreeMap<String, Bytes>>);

impl Rule for Repeated {
    fn before(&self, call: &Call) -> Before {
        let known = self.0.lock().expect("nothing panics while it holds this lock");
        known.get(&call.body).map_or(Before::Pass, |body| Before::Answer(body.clone()))
    }

    fn shown(&self, call: &Call, answer: Answer) -> Result<Answer, Refusal> {
        if answer.status != 200 {
            return Ok(answer);
        }
        let mut known = self.0.lock().expect("nothing panics while it holds this lock");
        match (call.service.as_str(), call.operation.as_str()) {
            (
                "elasticloadbalancing",
                "CreateLoadBalancer" | "CreateTargetGroup" | "CreateListener",
            )
            | ("ec2", "CreateNatGateway" | "CreateRouteTable")
            | ("ecs", "CreateService") => {
                known.insert(call.body.clone(), answer.body.clone());
            }
            // What is deleted is created again.
            (_, name) if name.starts_with("Delete") => known.clear(),
            _ => {}
        }
        Ok(answer)
    }
}

/// Several rules at once: the first that does not let a call pass decides.
pub struct Together(pub Vec<Arc<dyn Rule>>);

impl Rule for Together {
    fn before(&self, call: &Call) -> Before {
        let mut decisions = self.0.iter().map(|rule| rule.before(call));
        decisions.find(|decision| *decision != Before::Pass).unwrap_or(Before::Pass)
    }

    fn after(&self, call: &Call, status: u16) -> After {
        let mut decisions = self.0.iter().map(|rule| rule.after(call, status));
        decisions.find(|decision| *decision != After::Pass).unwrap_or(After::Pass)
    }

    fn shown(&self, call: &Call, answer: Answer) -> Result<Answer, Refusal> {
        self.0.iter().try_fold(answer, |answer, rule| rule.shown(call, answer))
    }

    fn date(&self) -> Option<HeaderValue> {
        self.0.iter().find_map(|rule| rule.date())
    }
}

/// AWS much later: the holder of any lock has been silent for longer than a lease.
pub struct Later;

impl Rule for Later {
    fn date(&self) -> Option<HeaderValue> {
        Some(HeaderValue::from_static("Fri, 01 Jan 2060 00:00:00 GMT"))
    }
}

/// The calls of these operations take a while; the test is notified when one begins.
pub struct Slow {
    chosen: fn(&Call) -> bool,
    time: Duration,
    /// Notified when a slow call begins.
    pub begun: Notify,
}

impl Slow {
    /// Makes these calls take this long.
    pub fn new(chosen: fn(&Call) -> bool, time: Duration) -> Self {
        Self { chosen, time, begun: Notify::new() }
    }
}

impl Rule for Slow {
    fn before(&self, call: &Call) -> Before {
        if (self.chosen)(call) {
            self.begun.notify_one();
            return Before::Delay(self.time);
        }
        Before::Pass
    }
}

/// AWS refuses these operations and quotes the whole request, as it quotes a part of many.
pub struct Quote(pub &'static [&'static str]);

impl Rule for Quote {
    fn before(&self, call: &Call) -> Before {
        if self.0.contains(&call.name().as_str()) {
            let message = format!("Value at failed to satisfy constraint: {}", call.body);
            return Before::Refuse(Refusal::new(400, "ValidationException", &message));
        }
        Before::Pass
    }
}
