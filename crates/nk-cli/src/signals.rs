//! Signals that stop a run.

use std::{future::pending, time::Duration};

use nk_engine::Stop;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

/// What signals have asked for, and since when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    stop: Stop,
    since: Instant,
}

impl Told {
    fn now(stop: Stop) -> Self {
        Self { stop, since: Instant::now() }
    }
}

/// Converts signals to what a run should do, until the receiver has gone. Signals count from the
/// return of this function.
///
/// The first interrupt lets steps in progress finish; the second, and every termination or hangup,
/// waits for nothing more. Closing a terminal is a hangup.
pub(crate) fn watch() -> watch::Receiver<Told> {
    let (stop, told) = watch::channel(Told::now(Stop::Go));
    let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
    ) else {
        return told;
    };
    tokio::spawn(async move {
        loop {
            let next = tokio::select! {
                () = received(&mut interrupt) => match stop.borrow().stop {
                    Stop::Go => Stop::Drain,
                    _ => Stop::Abort,
                },
                () = received(&mut terminate) => Stop::Abort,
                () = received(&mut hangup) => Stop::Abort,
                () = stop.closed() => return,
            };
            // Another signal does not give more time.
            stop.send_if_modified(|told| {
                let is_news = told.stop != next;
                if is_news {
                    *told = Told::now(next);
                }
                is_news
            });
        }
    });
    told
}

/// The same, and the loss of the lock.
pub(crate) async fn or_ousted(
    mut told: watch::Receiver<Told>,
    mut ousted: watch::Receiver<bool>,
    stop: watch::Sender<Stop>,
) {
    loop {
        let next = told.borrow_and_update().stop;
        stop.send_replace(next);
        tokio::select! {
            changed = told.changed() => if changed.is_err() {
                return;
            },
            Ok(_) = ousted.wait_for(|ousted| *ousted) => {
                stop.send_replace(Stop::Ousted);
                return;
            }
        }
    }
}

/// Ends when a signal has arrived.
pub(crate) async fn stopped(told: watch::Receiver<Told>) {
    let _ = told_to(told, |stop| stop != Stop::Go).await;
}

/// How long something may take after a signal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// After the first interrupt, or from its own beginning if that is later.
    pub(crate) draining: Duration,
    /// From the time when nothing is waited for any more, because a kill will follow soon.
    pub(crate) aborting: Duration,
}

/// The result of this, or none if signals leave it too little time.
pub(crate) async fn within<T>(
    told: &watch::Receiver<Told>,
    patience: Patience,
    work: impl Future<Output = T>,
) -> Option<T> {
    let draining = async {
        let _ = told_to(told.clone(), |stop| stop != Stop::Go).await;
        sleep(patience.draining).await;
    };
    let aborting = async {
        let since = told_to(told.clone(), |stop| stop == Stop::Abort).await;
        sleep_until(since + patience.aborting).await;
    };
    tokio::select! {
        done = work => Some(done),
        () = draining => None,
        () = aborting => None,
    }
}

/// Since when signals have asked for this.
async fn told_to(mut told: watch::Receiver<Told>, stop: impl Fn(Stop) -> bool) -> Instant {
    match told.wait_for(|told| stop(told.stop)).await {
        Ok(told) => told.since,
        Err(_) => pending().await,
    }
}

async fn received(signal: &mut Signal) {
    if signal.recv().await.is_none() {
        pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience =
        Patience { draining: Duration::from_secs(10), aborting: Duration::from_secs(1) };

    /// After how many seconds something that never ends is given up, with these signals at these
    /// seconds.
    async fn given_up_after(signals: &[(u64, Stop)]) -> u64 {
        let (stop, told) = watch::channel(Told::now(Stop::Go));
        let began = Instant::now();
        let telling = async {
            for (at, signal) in signals {
                sleep_until(began + Duration::from_secs(*at)).await;
                stop.send_replace(Told::now(*signal));
            }
            pending::<()>().await;
        };
        tokio::select! {
            none = within(&told, PATIENCE, pending::<()>()) => assert_eq!(none, None),
            () = telling => {}
        }
        began.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn each_signal_leaves_less_time() {
        assert_eq!(given_up_after(&[(3, Stop::Drain)]).await, 13);
        assert_eq!(given_up_after(&[(3, Stop::Abort)]).await, 4);
        assert_eq!(given_up_after(&[(3, Stop::Drain), (5, Stop::Abort)]).await, 6);
    }

    #[tokio::test(start_paused = true)]
    async fn what_begins_after_the_last_signal_has_what_is_left_of_its_time() {
        let (_stop, told) = watch::channel(Told::now(Stop::Abort));
        for (before, left) in [(400, 600), (0, 0), (400, 0)] {
            sleep(Duration::from_millis(before)).await;
            let began = Instant::now();
            let told = told.clone();
            assert_eq!(within(&told, PATIENCE, pending::<()>()).await, None);
            assert_eq!(began.elapsed().as_millis(), left);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_signal_there_is_time() {
        let (_stop, told) = watch::channel(Told::now(Stop::Go));
        let done = within(&told, PATIENCE, sleep(Duration::from_hours(1))).await;
        assert_eq!(done, Some(()));
    }
}
