//! Being told to stop.

use nk_engine::Stop;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// Turns signals, and the loss of the lock, into what a run is to do about them.
///
/// The first interrupt lets what is under way finish; the second, and every request to terminate or
/// hang up, waits for nothing more. A closed terminal hangs up.
pub(crate) async fn watch(stop: watch::Sender<Stop>, mut ousted: watch::Receiver<bool>) {
    let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
    ) else {
        return;
    };
    loop {
        let next = tokio::select! {
            () = received(&mut interrupt) => match *stop.borrow() {
                Stop::Go => Stop::Drain,
                _ => Stop::Abort,
            },
            () = received(&mut terminate) => Stop::Abort,
            () = received(&mut hangup) => Stop::Abort,
            Ok(_) = ousted.wait_for(|ousted| *ousted) => Stop::Ousted,
            else => return,
        };
        stop.send_replace(next);
        if next == Stop::Ousted {
            return;
        }
    }
}

async fn received(signal: &mut Signal) {
    if signal.recv().await.is_none() {
        std::future::pending::<()>().await;
    }
}
