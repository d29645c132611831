//! Ping and pong: the server asks, the client answers in time or is gone.

use super::Settings;

/// Where the heartbeat stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heartbeat {
    /// The next ping is due at this time.
    PingAt(u64),
    /// A ping is out and must be answered by this time.
    PongBy(u64),
}

/// What the clock asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    Wait,
    Ping,
    Dead,
}

impl Heartbeat {
    pub(super) fn start(settings: &Settings, now_ms: u64) -> Self {
        Self::PingAt(now_ms.saturating_add(settings.ping_interval_ms))
    }

    pub(super) fn deadline_ms(self) -> u64 {
        match self {
            Self::PingAt(at) | Self::PongBy(at) => at,
        }
    }

    /// Advances the clock. A late tick does not eat the client's time to answer: at least half
    /// of the timeout is left, however long this process was held up.
    pub(super) fn tick(&mut self, settings: &Settings, now_ms: u64) -> Beat {
        if now_ms < self.deadline_ms() {
            return Beat::Wait;
        }
        match *self {
            Self::PongBy(_) => Beat::Dead,
            Self::PingAt(due) => {
                let timeout = settings.ping_timeout_ms;
                let by = due.saturating_add(timeout).max(now_ms.saturating_add(timeout / 2));
                *self = Self::PongBy(by);
                Beat::Ping
            }
        }
    }

    /// Takes a pong; `false` if none was asked for, which then counts for nothing.
    pub(super) fn pong(&mut self, settings: &Settings, now_ms: u64) -> bool {
        let asked = matches!(self, Self::PongBy(_));
        if asked {
            *self = Self::start(settings, now_ms);
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::{Beat, Heartbeat, Settings};

    fn settings() -> Settings {
        Settings { ping_interval_ms: 300, ping_timeout_ms: 200, ..Settings::default() }
    }

    #[test]
    fn a_ping_is_due_after_the_interval_and_a_pong_within_the_timeout() {
        let settings = settings();
        let mut heart = Heartbeat::start(&settings, 1_000);
        assert_eq!(heart.tick(&settings, 1_299), Beat::Wait);
        assert_eq!(heart.tick(&settings, 1_300), Beat::Ping);
        assert_eq!(heart.tick(&settings, 1_499), Beat::Wait);
        assert!(heart.pong(&settings, 1_499));
        assert_eq!(heart.deadline_ms(), 1_799);
    }

    #[test]
    fn an_unanswered_ping_is_death_at_the_deadline() {
        let settings = settings();
        let mut heart = Heartbeat::start(&settings, 0);
        assert_eq!(heart.tick(&settings, 300), Beat::Ping);
        assert_eq!(heart.tick(&settings, 500), Beat::Dead);
    }

    #[test]
    fn a_pong_nobody_asked_for_postpones_nothing() {
        let settings = settings();
        let mut heart = Heartbeat::start(&settings, 0);
        assert!(!heart.pong(&settings, 299));
        assert_eq!(heart.deadline_ms(), 300);
    }

    #[test]
    fn a_late_tick_leaves_half_the_timeout() {
        let settings = settings();
        let mut heart = Heartbeat::start(&settings, 0);
        assert_eq!(heart.tick(&settings, 90_000), Beat::Ping);
        assert_eq!(heart.deadline_ms(), 90_100);
    }
}
