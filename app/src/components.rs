//! The pieces that pages are made of. Props come from above, the [`Client`](crate::client::Client)
//! from context; none touches the socket.

#![allow(unreachable_pub, reason = "the macro `component` writes a public function of its own")]

mod avatar;
mod composer;
mod connection_banner;
mod direct_header;
mod direct_line;
mod door_card;
mod fields;
mod form_note;
mod frame;
mod help_dialog;
mod icon;
mod jump_dialog;
mod log_line;
mod log_view;
mod log_window;
mod message_menu;
mod message_text;
mod notice_banner;
mod page_title;
mod pending_line;
mod people_list;
mod person_menu;
mod reminder_notice;
mod request_card;
mod room_door;
mod room_header;
mod room_list;
mod send_later;
mod sidebar;
mod typing_line;

pub use avatar::Avatar;
pub(crate) use avatar::picture_address;
pub use composer::Composer;
pub use connection_banner::ConnectionBanner;
pub use direct_header::DirectHeader;
pub(crate) use direct_header::presence_text;
pub use direct_line::DirectLine;
pub use door_card::DoorCard;
pub use fields::{NameField, NewNameField, NewPasswordField, PasswordField, area_text};
pub use form_note::FormNote;
pub use frame::Frame;
pub use help_dialog::HelpDialog;
pub use icon::{Icon, Picture};
pub use jump_dialog::JumpDialog;
pub use log_line::LogLine;
pub use log_view::LogView;
pub use message_menu::MessageMenu;
pub use message_text::MessageText;
pub use notice_banner::NoticeBanner;
pub use page_title::PageTitle;
pub use pending_line::PendingLine;
pub(crate) use people_list::presence_name;
pub use people_list::{PeopleList, person_tags};
pub use person_menu::{PersonCard, PersonMenu, SPAN_FIRST, SPANS, span_options};
pub use reminder_notice::ReminderNotice;
pub(crate) use request_card::messages_left;
pub use request_card::{RequestCard, RequestNote};
pub use room_door::{RoomDoor, RoomFacts};
pub use room_header::{MenuButton, RoomHeader};
pub use room_list::{Part, RoomList, address, glyph, title};
pub use send_later::SendLater;
pub use sidebar::Sidebar;
pub use typing_line::TypingLine;
