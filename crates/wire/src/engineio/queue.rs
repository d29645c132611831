//! Packets that wait for a transport: few, bounded, gone when they leave.

use std::collections::VecDeque;

use super::{Packet, Payload, Settings};

#[derive(Debug, Default)]
pub(super) struct Queue {
    packets: VecDeque<Packet>,
    bytes: usize,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.packets.is_empty()
    }

    /// Whether what waits has reached the limit. Judged before a packet is added, so that one
    /// large packet on its own is never a backlog.
    pub(super) fn is_full(&self, settings: &Settings) -> bool {
        self.bytes >= settings.queue_bytes_max || self.packets.len() >= settings.queue_packets_max
    }

    /// Whether one more packet still belongs into the answer that is being gathered.
    pub(super) fn fits_answer(&self, settings: &Settings) -> bool {
        self.bytes < settings.payload_bytes_max && !self.is_full(settings)
    }

    pub(super) fn push(&mut self, packet: Packet) {
        self.bytes += packet.payload_bytes();
        self.packets.push_back(packet);
    }

    pub(super) fn pop(&mut self) -> Option<Packet> {
        let packet = self.packets.pop_front()?;
        self.bytes -= packet.payload_bytes();
        if self.packets.is_empty() {
            // A burst must not leave its buffer behind with an idle session.
            self.packets = VecDeque::new();
        }
        Some(packet)
    }

    /// The packets of one poll's answer: as many as fit `bytes_max`, and always one.
    pub(super) fn take_answer(&mut self, bytes_max: usize) -> Payload {
        let mut packets = Vec::new();
        let mut bytes = 0;
        while let Some(next) = self.packets.front() {
            bytes += next.payload_bytes() + usize::from(!packets.is_empty());
            if bytes > bytes_max && !packets.is_empty() {
                break;
            }
            packets.extend(self.pop());
        }
        Payload::new(packets)
    }
}

#[cfg(test)]
mod tests {
    use super::{Packet, Queue, Settings};

    #[test]
    fn an_answer_is_cut_at_the_payload_bound_without_loss() {
        let mut queue = Queue::default();
        for text in ["4aaa", "4bbb", "4ccc"] {
            queue.push(Packet::message(text));
        }
        assert_eq!(queue.take_answer(9).to_body(), b"4aaa\x1e4bbb");
        assert_eq!(queue.take_answer(1).to_body(), b"4ccc");
        assert!(queue.is_empty());
        assert_eq!(queue.bytes, 0);
    }

    #[test]
    fn c2_13_the_queue_is_bounded_in_bytes_and_in_packets() {
        let settings =
            Settings { queue_bytes_max: 10, queue_packets_max: 3, ..Settings::default() };
        let mut queue = Queue::default();
        queue.push(Packet::message("4123456789"));
        assert!(queue.is_full(&settings));
        let mut queue = Queue::default();
        for _ in 0..3 {
            assert!(!queue.is_full(&settings));
            queue.push(Packet::PING);
        }
        assert!(queue.is_full(&settings));
    }
}
