package io.github.ratelimit.store.memory;

import io.github.ratelimit.Key;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.store.InstanceNote;
import io.github.ratelimit.store.InstanceNotes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The notes that instances in one process leave for each other, of a bounded number of
 * keys: those are forgotten first that nothing was left about for longest. Thread-safe.
 */
final class NoteTable {

	private final TimeSource time;

	private final Map<String, Map<String, Note>> byKey;

	NoteTable(TimeSource time, int maxKeys) {
		this.time = time;
		this.byKey = new LinkedHashMap<>(16, 0.75f, true) {

			@Override
			protected boolean removeEldestEntry(Map.Entry<String, Map<String, Note>> eldest) {
				return size() > maxKeys;
			}

		};
	}

	synchronized List<InstanceNote> exchange(String subject, Key key, String instance, byte[] note) {
		long now = this.time.nanoTime();
		Map<String, Note> notes = this.byKey.computeIfAbsent(subject + ":" + key.id(), (name) -> new LinkedHashMap<>());
		notes.values().removeIf((old) -> now - old.leftAt() > InstanceNotes.KEPT.toNanos());
		List<InstanceNote> others = new ArrayList<>(notes.size());
		notes.forEach((name, other) -> {
			if (!name.equals(instance)) {
				others.add(new InstanceNote(name, now - other.leftAt(), other.text()));
			}
		});
		notes.put(instance, new Note(now, note));
		return others;
	}

	@SuppressWarnings("ArrayRecordComponent")
	private record Note(long leftAt, byte[] text) {
	}

}
