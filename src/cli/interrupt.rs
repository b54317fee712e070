//! Ctrl-C and SIGTERM: what runs on the server is cancelled, so that nothing goes on there without us.

use pgreconcile::session::Interrupt;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::time::Duration;

/// How long the run has to end by itself after it was cancelled.
const GRACE: Duration = Duration::from_secs(5);

/// Listens for signals; a handle for the run to tell what can be cancelled.
pub fn listen() -> Interrupt {
    let interrupt = Interrupt::default();
    let handle = interrupt.clone();
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) {
        std::thread::spawn(move || {
            let mut again = false;
            for signal in signals.forever() {
                let name = if signal == SIGINT { "interrupt" } else { "SIGTERM" };
                if again {
                    stop(name);
                }
                again = true;
                // The server may be out of reach, and then it takes long to ask it for anything.
                let handle = handle.clone();
                std::thread::spawn(move || {
                    if !handle.request() {
                        stop(name);
                    }
                    log::warn!("{name}: cancelling what runs; to go on from there, run it again");
                });
                std::thread::spawn(move || {
                    std::thread::sleep(GRACE);
                    stop(name);
                });
            }
        });
    }
    interrupt
}

fn stop(name: &str) -> ! {
    log::warn!("{name}: stopped; to go on from there, run it again");
    std::process::exit(1)
}
