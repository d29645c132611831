//! Hands that mark the sheet: each tap is one command with one mark, answered when it is durable.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::bail;

use super::{
    client::{self, Client},
    dialect::native_opening,
    world::{DATE, GATHERING, World},
};
use crate::clock;

/// How fast a hand taps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pace {
    /// So often a second, whatever the answers do.
    Every(Duration),
    /// As fast as the answers come, with so many taps under way.
    UnderWay(usize),
}

/// What hands have done so far.
#[derive(Default)]
pub(super) struct Done {
    /// Hands that are signed in.
    pub ready: Cell<usize>,
    /// Taps that were answered.
    pub answered: Cell<u64>,
    /// How long each answer took, in microseconds.
    pub took_us: RefCell<Vec<u64>>,
}

/// One hand: an account with people of its own, whom it marks in turn.
pub(super) struct Hand {
    client: Client,
    number: usize,
    people: std::ops::Range<usize>,
    taps: usize,
    under_way: VecDeque<Instant>,
    done: Rc<Done>,
}

impl Hand {
    /// Signs in the `number`th of `hands`.
    pub(super) async fn open(
        to: SocketAddr,
        world: &World,
        (number, hands): (usize, usize),
        buffer: client::Buffer,
        done: Rc<Done>,
    ) -> anyhow::Result<Self> {
        let opening = native_opening(to, &world.token(number)?, "");
        let mut client = Client::open(to, number, buffer, &opening).await?;
        let mut signed_in = false;
        while !signed_in {
            client.read(|frame| signed_in |= frame.says("signed_in")).await?;
        }
        done.ready.set(done.ready.get() + 1);
        let share = (world.people / hands).max(1);
        let people = number * share..(number + 1) * share;
        Ok(Self { client, number, people, taps: 0, under_way: VecDeque::new(), done })
    }

    /// Taps `enough` times and waits for the answers.
    pub(super) async fn tap(&mut self, pace: Pace, enough: u64) -> anyhow::Result<()> {
        let (mut sent, mut answered) = (0, 0);
        match pace {
            Pace::UnderWay(most) => {
                while answered < enough {
                    while self.under_way.len() < most && sent < enough {
                        self.send().await?;
                        sent += 1;
                    }
                    answered += self.answers().await?;
                }
            }
            Pace::Every(period) => {
                let mut ticks = tokio::time::interval(period);
                while answered < enough {
                    tokio::select! {
                        biased;
                        _ = ticks.tick() => self.send().await?,
                        read = self.answers() => answered += read?,
                    }
                }
            }
        }
        Ok(())
    }

    async fn send(&mut self) -> anyhow::Result<()> {
        let (number, tap) = (self.number, self.taps);
        let person = self.people.start + tap % self.people.len() + 1;
        let present = (tap / self.people.len()).is_multiple_of(2);
        let status = if present { "present" } else { "absent" };
        self.taps += 1;
        self.under_way.push_back(clock::instant());
        let command = format!(
            r#"{{"type":"command","data":{{"id":"{number}-{tap}","command":{{"type":"mark_sheet","data":{{"gathering":"{GATHERING}","date":"{DATE}","changes":[{{"person":"{person}","status":"{status}"}}]}}}}}}}}"#
        );
        Ok(self.client.say(&command).await?)
    }

    /// Waits for bytes; how many answers were in them. Answers come in the order of the taps.
    async fn answers(&mut self) -> anyhow::Result<u64> {
        let (mut answers, mut refused) = (0, None);
        let (under_way, done) = (&mut self.under_way, &self.done);
        let read = self.client.read(|frame| {
            if frame.says("error") || frame.says("bye") {
                refused = Some(String::from_utf8_lossy(frame.start).into_owned());
            }
            if !frame.says("answer") {
                return;
            }
            answers += 1;
            if let Some(began) = under_way.pop_front() {
                let took = began.elapsed().as_micros();
                done.took_us.borrow_mut().push(u64::try_from(took).unwrap_or(u64::MAX));
            }
        });
        read.await?;
        done.answered.set(done.answered.get() + answers);
        match refused {
            Some(why) => bail!("a tap was refused: {why}"),
            None => Ok(answers),
        }
    }
}
