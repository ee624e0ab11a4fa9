//! Being told to stop.

use nk_engine::Stop;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// Turns signals into what a run is to do about them, until the receiver has gone. They count from
/// when this returns.
///
/// The first interrupt lets what is under way finish; the second, and every request to terminate or
/// hang up, waits for nothing more. A closed terminal hangs up.
pub(crate) fn watch() -> watch::Receiver<Stop> {
    let (stop, told) = watch::channel(Stop::Go);
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
                () = received(&mut interrupt) => match *stop.borrow() {
                    Stop::Go => Stop::Drain,
                    _ => Stop::Abort,
                },
                () = received(&mut terminate) => Stop::Abort,
                () = received(&mut hangup) => Stop::Abort,
                () = stop.closed() => return,
            };
            stop.send_replace(next);
        }
    });
    told
}

/// The same, and the loss of the lock.
pub(crate) async fn or_ousted(
    mut told: watch::Receiver<Stop>,
    mut ousted: watch::Receiver<bool>,
    stop: watch::Sender<Stop>,
) {
    loop {
        let next = *told.borrow_and_update();
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

/// Ends when a signal has come.
pub(crate) async fn stopped(mut told: watch::Receiver<Stop>) {
    if told.wait_for(|stop| *stop != Stop::Go).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn received(signal: &mut Signal) {
    if signal.recv().await.is_none() {
        std::future::pending::<()>().await;
    }
}
