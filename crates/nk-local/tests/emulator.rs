//! The life of an emulator: installed if necessary, started, found again, emptied, stopped.

#![expect(clippy::disallowed_methods, reason = "a test reads its own environment")]

use nk_local::{Emulator, LocalError, Progress, Settings, down, reset, status, up};
use std::sync::Mutex;

/// The user's own installation, but a separate instance for the test.
fn settings(test: &str) -> Settings {
    let settings = Settings::read(|name| std::env::var(name).ok()).unwrap();
    Settings { port: None, instance: format!("{test}-{}", std::process::id()), ..settings }
}

fn quietly(_: Progress) {}

/// Leaves nothing in the user's cache directory.
fn tidy(settings: &Settings, directory: &std::path::Path) {
    for extension in ["json", "log"] {
        let _ = std::fs::remove_file(directory.join(format!("{}.{extension}", settings.instance)));
    }
}

#[tokio::test]
async fn an_emulator_is_started_found_again_reset_and_stopped() {
    let settings = settings("life");
    let told = Mutex::new(Vec::new());
    let first = up(&settings, &|progress| told.lock().unwrap().push(progress)).await.unwrap();
    assert!(first.fresh);
    assert_eq!(told.lock().unwrap().last(), Some(&Progress::Starting(settings.product)));

    let again = up(&settings, &quietly).await.unwrap();
    assert_eq!(again, Emulator { fresh: false, ..first.clone() });

    let elsewhere = Settings { port: Some(1), ..settings.clone() };
    let refused = up(&elsewhere, &quietly).await.unwrap_err();
    assert!(matches!(refused, LocalError::Elsewhere { wanted: 1, .. }), "{refused}");

    assert!(reset(&settings).await.unwrap());
    let found = status(&settings).await.unwrap();
    assert!(found.installed);
    assert_eq!(found.emulator, Some(again));

    assert!(down(&settings, &quietly).await.unwrap());
    assert!(!down(&settings, &quietly).await.unwrap());
    assert!(!reset(&settings).await.unwrap());
    assert_eq!(status(&settings).await.unwrap().emulator, None);
    tidy(&settings, &found.directory);
}

#[tokio::test]
async fn two_starters_at_once_start_one() {
    let settings = settings("two");
    let (one, two) = tokio::join!(up(&settings, &quietly), up(&settings, &quietly));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.pid, two.pid);
    assert_ne!(one.fresh, two.fresh);
    assert!(down(&settings, &quietly).await.unwrap());
    tidy(&settings, &status(&settings).await.unwrap().directory);
}
