//! The number of requests in progress: fewer if AWS throttles, more if it does not.

use std::sync::{Arc, Mutex, MutexGuard};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
        http_client_fn,
    },
    orchestrator::HttpRequest,
};
use tokio::sync::Notify;

/// The initial and largest number: a plan of the whole topology fits.
const WIDEST: f64 = 64.0;
/// The smallest number, however much is throttled.
const NARROWEST: f64 = 4.0;
/// The part of the window that is left after something was throttled.
const NARROWED: f64 = 0.7;

/// A window like TCP's for congestion: it shrinks by a part when something was throttled, at most
/// once for each windowful of answers, and grows by one with each windowful that was not.
#[derive(Debug, Clone, Default)]
pub(crate) struct Window(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Notified when there is room.
    room: Notify,
}

#[derive(Debug)]
struct State {
    width: f64,
    under_way: f64,
    /// The number of answers since the window was last narrowed.
    since: f64,
}

impl Default for State {
    fn default() -> Self {
        Self { width: WIDEST, under_way: 0.0, since: WIDEST }
    }
}

impl State {
    fn has_room(&self) -> bool {
        self.under_way + 1.0 <= self.width
    }
}

/// A permit of the window, which is returned when this is dropped.
struct Place(Window);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.state().under_way -= 1.0;
        self.0.0.room.notify_one();
    }
}

impl Window {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("nothing panics while it holds this lock")
    }

    /// Something was throttled.
    pub(crate) fn narrow(&self) {
        let mut state = self.state();
        state.since += 1.0;
        if state.since >= state.width {
            state.width = (state.width * NARROWED).max(NARROWEST);
            state.since = 0.0;
            tracing::debug!(target: "nk::aws", width = state.width, "throttled");
        }
    }

    /// Something was answered.
    pub(crate) fn widen(&self) {
        let mut state = self.state();
        state.since += 1.0;
        state.width = (state.width + 1.0 / state.width).min(WIDEST);
        drop(state);
        self.0.room.notify_one();
    }

    /// How many requests may be in progress now.
    #[cfg(test)]
    pub(crate) fn width(&self) -> f64 {
        self.state().width
    }

    async fn enter(&self) -> Place {
        loop {
            let room = self.0.room.notified();
            {
                let mut state = self.state();
                if state.has_room() {
                    state.under_way += 1.0;
                    if state.has_room() {
                        self.0.room.notify_one();
                    }
                    return Place(self.clone());
                }
            }
            room.await;
        }
    }

    /// The same client, whose requests wait for a permit.
    pub(crate) fn around(&self, client: SharedHttpClient) -> SharedHttpClient {
        let window = self.clone();
        http_client_fn(move |settings, components| {
            let connector = client.http_connector(settings, components);
            SharedHttpConnector::new(Windowed { connector, window: window.clone() })
        })
    }
}

#[derive(Debug)]
struct Windowed {
    connector: SharedHttpConnector,
    window: Window,
}

impl HttpConnector for Windowed {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (connector, window) = (self.connector.clone(), self.window.clone());
        HttpConnectorFuture::new(async move {
            let _place = window.enter().await;
            connector.call(request).await
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::future::join_all;
    use tokio::time::sleep;

    use super::*;

    /// Sends this many requests through the window to a service that throttles while it has more
    /// than `room` of them; returns how many it had at a time at the end.
    async fn settles(window: &Window, room: usize, requests: usize) -> usize {
        let busy = Arc::new(Mutex::new(Vec::<usize>::new()));
        let under_way = Arc::new(Mutex::new(0_usize));
        let calls = (0..requests).map(|_| async {
            let place = window.enter().await;
            let now = {
                let mut count = under_way.lock().unwrap();
                *count += 1;
                *count
            };
            sleep(Duration::from_millis(50)).await;
            *under_way.lock().unwrap() -= 1;
            busy.lock().unwrap().push(now);
            if now > room {
                window.narrow();
            } else {
                window.widen();
            }
            drop(place);
        });
        join_all(calls).await;
        let busy = busy.lock().unwrap();
        *busy[requests - requests / 4..].iter().max().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn as_many_are_under_way_as_are_not_throttled() {
        let window = Window::default();
        let most = settles(&window, 1000, 500).await;
        assert_eq!(most, 64);
        let most = settles(&window, 12, 2000).await;
        assert!((9..=14).contains(&most), "{most} at once where 12 have room");
        // It grows again when there is room.
        let most = settles(&window, 1000, 4000).await;
        assert!(most > 40, "{most} at once where all have room");
    }

    #[tokio::test(start_paused = true)]
    async fn however_much_is_throttled_some_go_on() {
        let most = settles(&Window::default(), 0, 500).await;
        assert_eq!(most, 4);
    }
}
