//! The rows of each key among the incoming ones, in order of counting.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use polars::prelude::{PlRandomState, StringChunked};

/// No row.
const NONE: u32 = u32::MAX;

/// All rows of one key, and what they do to the store.
pub(super) struct Slot {
    /// The last of its rows.
    pub last: u32,
    /// Whether the store holds the key.
    pub held: bool,
    /// Whether the last row takes its place in the store.
    pub replaces: bool,
}

/// The keys of all incoming rows.
pub(super) struct Slots {
    all: Vec<Slot>,
    /// Of each row the row of the same key before it.
    before: Vec<u32>,
    /// Positions of slots by their keys.
    by_key: HashTable<u32>,
    hasher: PlRandomState,
}

impl Slots {
    /// Gathers the rows of each key.
    pub fn of(keys: &StringChunked) -> Self {
        let hasher = PlRandomState::default();
        let mut slots: Vec<Slot> = Vec::with_capacity(keys.len());
        let mut before = vec![NONE; keys.len()];
        let mut by_key: HashTable<u32> = HashTable::with_capacity(keys.len());
        for (row, key) in keys.iter().enumerate() {
            let (row, key) = (row as u32, key.unwrap_or_default());
            let is_same = |slot: &u32| key_of(keys, slots[*slot as usize].last) == key;
            let rehash = |slot: &u32| hasher.hash_one(key_of(keys, slots[*slot as usize].last));
            match by_key.entry(hasher.hash_one(key), is_same, rehash) {
                Entry::Occupied(slot) => {
                    let slot = &mut slots[*slot.get() as usize];
                    before[row as usize] = slot.last;
                    slot.last = row;
                }
                Entry::Vacant(place) => {
                    place.insert(slots.len() as u32);
                    slots.push(Slot { last: row, held: false, replaces: true });
                }
            }
        }
        Self { all: slots, before, by_key, hasher }
    }

    /// The position of a key.
    pub fn find(&self, keys: &StringChunked, key: &str) -> Option<usize> {
        let is_same = |slot: &u32| key_of(keys, self.all[*slot as usize].last) == key;
        self.by_key.find(self.hasher.hash_one(key), is_same).map(|slot| *slot as usize)
    }

    /// The keys in order of their first rows.
    pub fn all(&self) -> &[Slot] {
        &self.all
    }

    /// The rows of a key in order.
    pub fn in_order(&self, slot: usize) -> Vec<u32> {
        let mut rows = vec![self.all[slot].last];
        while let Some(row) = rows.last().map(|row| self.before[*row as usize]).filter(|row| *row != NONE) {
            rows.push(row);
        }
        rows.reverse();
        rows
    }

    /// The store holds the key of a slot.
    pub fn hold(&mut self, slot: usize, replaces: bool) {
        self.all[slot].held = true;
        self.all[slot].replaces = replaces;
    }

    /// Whether a held row of that key is replaced.
    pub fn replaces_held(&self, keys: &StringChunked, key: &str) -> bool {
        self.find(keys, key).is_some_and(|slot| self.all[slot].held && self.all[slot].replaces)
    }
}

fn key_of(keys: &StringChunked, row: u32) -> &str {
    keys.get(row as usize).unwrap_or_default()
}
