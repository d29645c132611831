//! What sockets tell each other past the log: kiosk selections and test messages (5.10 to 5.17).

use rollcall_core::audience::{Audience, Hearer};
use serde_json::{Value, json};

use super::{read::Place, say, session::Session, shape::Number};
use crate::conversation::{Moment, Outbox, Reach};

impl Session {
    /// Somebody at a kiosk chose people (5.10); what is not one is dropped.
    pub(super) fn selection(
        &mut self,
        name: &str,
        place: Option<Place>,
        payload: &Value,
        out: &mut Outbox,
    ) {
        let ids = payload.get("selectedIds").filter(|ids| ids.is_array());
        let (Some(place), Some(ids)) = (place, ids) else { return };
        if !self.sees(&place.gathering) {
            return;
        }
        if !self.selected {
            self.selected = true;
            self.keep(out);
        }
        let mut shown = self.marked(&place);
        shown["selectedIds"] = ids.clone();
        shown["userName"] = payload.get("userName").cloned().unwrap_or_default();
        shown["mode"] = payload.get("mode").cloned().unwrap_or_default();
        let hearers = Audience::of_gathering(&place.gathering);
        self.relay(Reach::Followers(place.room()), hearers, name, &shown, out);
    }

    pub(super) fn selection_cleared(&self, place: Option<Place>, out: &mut Outbox) {
        let Some(place) = place.filter(|place| self.sees(&place.gathering)) else { return };
        let hearers = Audience::of_gathering(&place.gathering);
        let reach = Reach::Followers(place.room());
        self.relay(reach, hearers, "kiosk:selection_cleared", &self.marked(&place), out);
    }

    fn marked(&self, place: &Place) -> Value {
        json!({
            "gatheringId": Number(place.gathering.as_str()),
            "date": place.date,
            "userId": Number(self.who.account.id.as_str()),
            "socketId": &*self.sid,
        })
    }

    /// The transport is gone: no selection of this socket stays on others' screens (5.17).
    pub(super) fn gone(&self, out: &mut Outbox) {
        if self.selected && !self.quiet {
            let payload = json!({
                "userId": Number(self.who.account.id.as_str()),
                "socketId": &*self.sid,
            });
            let everyone = Audience(vec![Hearer::Everyone]);
            self.relay(Reach::Tenant, everyone, "kiosk:selection_cleared", &payload, out);
        }
    }

    pub(super) fn test_message(&self, payload: &Value, at: &Moment, out: &mut Outbox) {
        let mut echo = Value::Object(super::object(payload));
        let mut passed = echo.clone();
        echo["echoed"] = json!(true);
        echo["serverTimestamp"] = json!(at.now);
        echo["serverSocketId"] = json!(&*self.sid);
        out.send(say::event("test_echo", &echo));
        passed["broadcast"] = json!(true);
        passed["serverTimestamp"] = json!(at.now);
        passed["fromSocketId"] = json!(&*self.sid);
        let everyone = Audience(vec![Hearer::Everyone]);
        self.relay(Reach::Tenant, everyone, "test_message", &passed, out);
    }
}
