package io.github.ratelimit.sample.chat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.context.annotation.Primary;

/** Lets streams run without a pause, or piece by piece as a test requires. */
@Primary
public final class HeldPace implements Pace {

	private final Semaphore pieces = new Semaphore(0);

	private final AtomicInteger passed = new AtomicInteger();

	private volatile boolean held;

	/** Holds the next pieces of all streams. */
	public void hold() {
		this.pieces.drainPermits();
		this.passed.set(0);
		this.held = true;
	}

	/** Lets some pieces pass, of any stream. */
	public void pass(int count) {
		this.pieces.release(count);
	}

	/** Lets all pieces pass, including those that are held. */
	public void open() {
		this.held = false;
		this.pieces.release(1000);
	}

	/** Returns the number of pieces that have passed since they were held. */
	public int passed() {
		return this.passed.get();
	}

	@Override
	public void beforePiece() throws InterruptedException {
		if (this.held && !this.pieces.tryAcquire(10, TimeUnit.SECONDS)) {
			throw new IllegalStateException("No test has let this piece pass");
		}
		this.passed.incrementAndGet();
	}

}
