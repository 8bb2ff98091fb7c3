//! JSON as a tree, and values out of it: the reader for where size counts more than speed.
//!
//! From text or from serde's own buffer, every type brings two readers, one for objects that looks
//! for each name and one for lists. From a tree a struct is read as the list of its fields, each
//! looked up by its name, and a word as its place among the words known: a fifth of the code.
//! It is stricter in one thing: an `Option` that may be left out needs `#[serde(default)]`.

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, EnumAccess, Error, Expected, MapAccess, SeqAccess,
        Unexpected, VariantAccess, Visitor, value::U64Deserializer,
    },
};
use std::fmt;

/// Something in JSON. Numbers are whole: the protocol has no others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// An object; the names are texts, too.
    Object(Vec<(Self, Self)>),
}

/// What was asked for is not what is there. It says no more, so that no words are kept for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unreadable")]
pub struct Unreadable;

impl Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn missing_field(_: &'static str) -> Self {
        Self
    }
}

type Read<T> = Result<T, Unreadable>;

impl Tree {
    /// What an object has under that name; nothing where it is none.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(entries) = self else { return None };
        entries.iter().find(|it| it.0.text() == Some(name)).map(|it| &it.1)
    }

    /// The value under that name, as what it should be; `null` where there is none.
    pub fn field<T: DeserializeOwned>(&self, name: &str) -> Read<T> {
        self.get(name).unwrap_or(&Self::Null).read()
    }

    /// The whole as what it should be.
    pub fn read<T: DeserializeOwned>(&self) -> Read<T> {
        T::deserialize(self)
    }

    /// The text that it is.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn number<'de, V: Visitor<'de>>(&self, visitor: V) -> Read<V::Value> {
        if let Self::Number(number) = self { visitor.visit_i64(*number) } else { Err(Unreadable) }
    }

    fn list<'de, V: Visitor<'de>>(&'de self, visitor: V) -> Read<V::Value> {
        if let Self::List(list) = self { visitor.visit_seq(Items(list)) } else { Err(Unreadable) }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whole)
    }
}

/// Takes in whatever comes.
struct Whole;

impl<'de> Visitor<'de> for Whole {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without fractions")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E: Error>(self, it: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(it))
    }

    fn visit_i64<E: Error>(self, it: i64) -> Result<Tree, E> {
        Ok(Tree::Number(it))
    }

    fn visit_u64<E: Error>(self, it: u64) -> Result<Tree, E> {
        i64::try_from(it).map(Tree::Number).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Tree, E> {
        Err(E::custom(Unreadable))
    }

    fn visit_str<E: Error>(self, it: &str) -> Result<Tree, E> {
        Ok(Tree::Text(it.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = items.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Object(entries))
    }
}

macro_rules! alike {
    ($($method:ident)+ => $how:ident) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            self.$how(visitor)
        }
    )+};
}

macro_rules! never {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Read<V::Value> {
            Err(Unreadable)
        }
    )+};
}

impl<'de> Deserializer<'de> for &'de Tree {
    type Error = Unreadable;

    alike!(deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 => number);
    alike!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 => number);
    alike!(deserialize_string deserialize_identifier => deserialize_str);
    alike!(deserialize_seq => list);
    never!(deserialize_f32 deserialize_f64 deserialize_char);
    never!(deserialize_bytes deserialize_byte_buf);

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self {
            Tree::Null => visitor.visit_unit(),
            Tree::Bool(it) => visitor.visit_bool(*it),
            Tree::Number(it) => visitor.visit_i64(*it),
            Tree::Text(it) => visitor.visit_str(it),
            Tree::List(it) => visitor.visit_seq(Items(it)),
            Tree::Object(it) => visitor.visit_map(Entries(it)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if let Tree::Bool(it) = self { visitor.visit_bool(*it) } else { Err(Unreadable) }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_str(self.text().ok_or(Unreadable)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if *self == Tree::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if *self == Tree::Null { visitor.visit_unit() } else { Err(Unreadable) }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if let Tree::Object(it) = self { visitor.visit_map(Entries(it)) } else { Err(Unreadable) }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        self.list(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Read<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &str,
        _: usize,
        visitor: V,
    ) -> Read<V::Value> {
        self.list(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        if !matches!(self, Tree::Object(_)) {
            return Err(Unreadable);
        }
        visitor.visit_seq(Fields { of: self, names })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        let (word, value) = match self {
            Tree::Object(entries) => match entries.first() {
                Some((word, value)) => (word, value),
                None => return Err(Unreadable),
            },
            word => (word, &Tree::Null),
        };
        let word = word.text().ok_or(Unreadable)?;
        // Past the last one, where it is none of them: what a `#[serde(other)]` is for.
        let place = words.iter().position(|it| *it == word).unwrap_or(words.len());
        visitor.visit_enum(Word { place: u64::try_from(place).unwrap_or(u64::MAX), value })
    }
}

/// What is left of a list.
struct Items<'de>(&'de [Tree]);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Unreadable;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(None) };
        self.0 = rest;
        seed.deserialize(first).map(Some)
    }
}

/// The fields of a struct that are left, in its order.
struct Fields<'de> {
    of: &'de Tree,
    names: &'static [&'static str],
}

impl<'de> Fields<'de> {
    /// Not generic, so that there is one for all types.
    fn next(&mut self) -> Option<&'de Tree> {
        let (first, rest) = self.names.split_first()?;
        self.names = rest;
        self.of.get(first)
    }
}

impl<'de> SeqAccess<'de> for Fields<'de> {
    type Error = Unreadable;
    /// Nothing for a field that is left out: it takes its default, or is missed.
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        self.next().map(|it| seed.deserialize(it)).transpose()
    }
}

/// What is left of an object.
struct Entries<'de>(&'de [(Tree, Tree)]);

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Unreadable;
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        self.0.first().map(|it| seed.deserialize(&it.0)).transpose()
    }
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<T::Value> {
        let (first, rest) = self.0.split_first().ok_or(Unreadable)?;
        self.0 = rest;
        seed.deserialize(&first.1)
    }
}

/// A word of an enum, and what may stand beside it.
struct Word<'de> {
    place: u64,
    value: &'de Tree,
}

impl<'de> EnumAccess<'de> for Word<'de> {
    type Error = Unreadable;
    type Variant = &'de Tree;
    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<(T::Value, &'de Tree)> {
        Ok((seed.deserialize(U64Deserializer::<Unreadable>::new(self.place))?, self.value))
    }
}

impl<'de> VariantAccess<'de> for &'de Tree {
    type Error = Unreadable;
    fn unit_variant(self) -> Read<()> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
        seed.deserialize(self)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        self.list(visitor)
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        self.deserialize_struct("", names, visitor)
    }
}
