//! Who may follow what, by the account as it is now. Each event is judged again at delivery.

use rollcall_core::{
    audience::Audience,
    people::{Account, Permission},
    rejection::Rejection,
    room::Room,
};

use crate::conversation::Identity;

/// The permission that opens the whole of a room.
pub(super) const fn permission(room: &Room) -> Permission {
    match room {
        // No text of this protocol leads to a named room.
        Room::Everything | Room::Named(_) => Permission::ReadLog,
        Room::Accounts => Permission::ManageAccounts,
        Room::Desk => Permission::ReadDesk,
        Room::Sheets | Room::Sheet(..) | Room::Gatherings => Permission::ReadSheets,
        Room::People => Permission::ReadPeople,
        Room::AllDocuments | Room::Documents(_) => Permission::ReadDocuments,
    }
}

/// Whether an account may follow a room, apart from the gathering of a sheet: by permission, or
/// at the desk as the person it is (gym G7.13).
pub(super) fn opens(account: &Account, room: &Room) -> bool {
    let own_visits = *room == Room::Desk && account.active && account.person.is_some();
    account.may(permission(room)) || own_visits
}

/// Judges following by what the connection hears. Without this a client would be told that it
/// follows a room from which nothing will ever reach it.
pub(super) fn follow(who: &Identity, room: &Room) -> Result<(), Rejection> {
    let heard = match room {
        Room::Sheet(gathering, _) => who.keys.hears(&Audience::of_gathering(gathering)),
        _ => true,
    };
    let opened = heard && opens(&who.account, room);
    if opened { Ok(()) } else { Err(forbidden(&who.account, "follow", room)) }
}

/// Judges being seen in a room and seeing who else is: only for those who may see all of it, or
/// a gym's member would learn who works there.
pub(super) fn attend(who: &Identity, room: &Room) -> Result<(), Rejection> {
    if who.account.may(permission(room)) {
        return Ok(());
    }
    Err(forbidden(&who.account, "be present in", room))
}

pub(super) fn forbidden(account: &Account, verb: &str, room: &Room) -> Rejection {
    Rejection::Forbidden { account: account.id.clone(), what: format!("{verb} {room}") }
}
