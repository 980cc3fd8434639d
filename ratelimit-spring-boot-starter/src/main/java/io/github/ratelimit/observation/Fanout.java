package io.github.ratelimit.observation;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;

/**
 * Several listeners, of which one that fails affects neither the others nor the call: its
 * first failure is logged as a warning, all of them at debug level. Thread-safe.
 *
 * @param <T> the type of the listeners
 */
final class Fanout<T> {

	private final List<T> all;

	private final Log logger;

	private final BiConsumer<Object, Throwable> warning;

	private final AtomicBoolean warned = new AtomicBoolean();

	/**
	 * Creates it.
	 * @param all the listeners, in the order in which they are called
	 * @param logger logs failures at debug level
	 * @param warning logs the first failure, with what has failed
	 */
	Fanout(List<T> all, Log logger, BiConsumer<Object, Throwable> warning) {
		this.all = List.copyOf(all);
		this.logger = logger;
		this.warning = warning;
	}

	void call(Consumer<? super T> event) {
		for (int i = 0; i < this.all.size(); i++) {
			call(this.all.get(i), event);
		}
	}

	/** Calls one, which need not be a listener itself. */
	<L> void call(L listener, Consumer<? super L> event) {
		try {
			event.accept(listener);
		}
		catch (VirtualMachineError ex) {
			throw ex;
		}
		catch (Throwable ex) {
			if (this.warned.compareAndSet(false, true)) {
				this.warning.accept(listener, ex);
			}
			this.logger.debug("A listener failed", ex);
		}
	}

}
