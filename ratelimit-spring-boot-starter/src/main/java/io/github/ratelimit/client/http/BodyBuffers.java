package io.github.ratelimit.client.http;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Memory for the bodies of requests, which is used again: one array for each of a few
 * groups of threads, at most 4 MiB in all. Thread-safe.
 */
final class BodyBuffers {

	private static final int MAX_LENGTH = 64 * 1024;

	private static final byte[] EMPTY = {};

	private static final AtomicReferenceArray<byte[]> BUFFERS = new AtomicReferenceArray<>(64);

	private BodyBuffers() {
	}

	/** Returns an array that belongs to the caller, empty if there is none. */
	static byte[] take() {
		byte[] buffer = BUFFERS.getAndSet(slot(), null);
		return (buffer != null) ? buffer : EMPTY;
	}

	/** Gives an array that the caller does not use any more. */
	static void give(byte[] buffer) {
		if (buffer.length <= MAX_LENGTH) {
			BUFFERS.setRelease(slot(), buffer);
		}
	}

	private static int slot() {
		return (int) Thread.currentThread().getId() & (BUFFERS.length() - 1);
	}

}
