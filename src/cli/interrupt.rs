//! Ctrl-C and SIGTERM: what runs on the server is cancelled, so that nothing goes on there without us.

use super::arguments::{Format, Global};
use pgreconcile::session::Interrupt;
use pgreconcile::{Error, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

/// How long the run has to end by itself after it was cancelled.
const GRACE: Duration = Duration::from_secs(5);

/// How long after another what has been sent to the server at once is cancelled, a question at a time.
const PAUSE: Duration = Duration::from_millis(100);

/// The signal by which somebody wants the process to end; 0 if none came.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// Listens for signals; a handle for the run to tell what can be cancelled.
pub fn listen(global: &Global) -> Interrupt {
    let interrupt = Interrupt::default();
    let handle = interrupt.clone();
    let format = global.format;
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) {
        std::thread::spawn(move || {
            for signal in signals.forever() {
                if SIGNAL.swap(signal, Ordering::SeqCst) != 0 {
                    stop(format);
                }
                let handle = handle.clone();
                std::thread::spawn(move || end(&handle, format));
            }
        });
    }
    interrupt
}

/// Has the run end by itself, if it does so in time.
fn end(handle: &Interrupt, format: Format) {
    let begun = Instant::now();
    let again = handle.clone();
    // The server may be out of reach, and then it takes long to ask it for anything.
    std::thread::spawn(move || {
        if !again.request() {
            stop(format);
        }
        log::warn!("{}: cancelling what runs; to go on from there, run it again", name());
        loop {
            std::thread::sleep(PAUSE);
            again.request_of_reading();
        }
    });
    std::thread::sleep(GRACE.saturating_sub(begun.elapsed()));
    stop(format);
}

/// What the process ends with if a signal is why: 128 and the number of the signal, as shells have it.
pub fn exit_code() -> Option<u8> {
    let signal = SIGNAL.load(Ordering::SeqCst);
    (signal != 0).then(|| u8::try_from(128 + signal).unwrap_or(u8::MAX))
}

/// What came of work that `interrupt` may have ended: what the server says of that tells a person nothing.
pub fn of<T>(interrupt: &Interrupt, result: Result<T>) -> Result<T> {
    result.map_err(|error| match interrupt.check() {
        // What tells that already may tell what was executed, too.
        Err(interrupted) if interrupted.message != error.message => interrupted,
        _ => error,
    })
}

fn name() -> &'static str {
    if SIGNAL.load(Ordering::SeqCst) == SIGINT { "interrupt" } else { "SIGTERM" }
}

fn stop(format: Format) -> ! {
    log::warn!("{}: stopped; to go on from there, run it again", name());
    super::tell_program(format, &Error::failed("interrupted; what was done stays done"));
    std::process::exit(exit_code().unwrap_or(1).into())
}
