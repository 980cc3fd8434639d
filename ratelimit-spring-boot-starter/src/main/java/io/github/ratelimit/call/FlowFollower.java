package io.github.ratelimit.call;

import io.github.ratelimit.permit.PassedOnCharges;
import io.github.ratelimit.store.ChargeDecision;
import java.util.List;
import kotlin.ResultKt;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.FlowCollector;
import kotlinx.coroutines.reactor.ReactorContext;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import reactor.util.context.Context;

/**
 * Follows a call to its end that returns a flow of Kotlin. The flow is collected as it
 * is, in the collector's coroutine: a detour over a publisher would lose its context.
 * Publishers that the flow awaits get the charges that the call passes on. Used only with
 * coroutines on the class path.
 *
 * @param <T> the type of the elements
 */
final class FlowFollower<T> implements Flow<T> {

	private static final boolean PUBLISHERS = ClassUtils.isPresent("kotlinx.coroutines.reactor.ReactorContext",
			FlowFollower.class.getClassLoader());

	private final Flow<T> flow;

	private final CallCompletion completion;

	private FlowFollower(Flow<T> flow, CallCompletion completion) {
		this.flow = flow;
		this.completion = completion;
	}

	/**
	 * Follows a call to its end.
	 * @param type what the method declares
	 * @param result what it returned
	 * @param completion what to do at the end
	 * @return what the caller gets, null if it is no flow
	 */
	static @Nullable Object follow(Class<?> type, Object result, CallCompletion completion) {
		return (result instanceof Flow<?> flow && type.isAssignableFrom(Flow.class))
				? new FlowFollower<>(flow, completion) : null;
	}

	@Override
	public @Nullable Object collect(FlowCollector<? super T> collector, Continuation<? super Unit> continuation) {
		CoroutineContext context = continuation.getContext();
		CoroutineContext ofFlow = context(context);
		Object outcome;
		try {
			outcome = this.flow.collect((element, next) -> {
				if (element != null) {
					this.completion.produced(element);
				}
				return collector.emit(element, (ofFlow != context) ? new Emission(next, context) : next);
			}, new Ending(continuation, this.completion, ofFlow));
		}
		catch (Throwable ex) {
			this.completion.brokeOff(ex);
			throw ex;
		}
		if (outcome != IntrinsicsKt.getCOROUTINE_SUSPENDED()) {
			this.completion.completed();
		}
		return outcome;
	}

	private CoroutineContext context(CoroutineContext context) {
		List<ChargeDecision> passedOn = this.completion.passedOn();
		return (PUBLISHERS && !passedOn.isEmpty()) ? Publishers.withCharges(context, passedOn) : context;
	}

	/**
	 * Resumed when a suspended flow is over.
	 *
	 * @param continuation what waits for it
	 * @param completion what to do before
	 * @param context the context of the flow
	 */
	private record Ending(Continuation<? super Unit> continuation, CallCompletion completion,
			CoroutineContext context) implements Continuation<Unit> {

		@Override
		public CoroutineContext getContext() {
			return this.context;
		}

		@Override
		public void resumeWith(Object result) {
			try {
				ResultKt.throwOnFailure(result);
				this.completion.completed();
			}
			catch (Throwable ex) {
				this.completion.brokeOff(ex);
			}
			this.continuation.resumeWith(result);
		}

	}

	/**
	 * Resumed when the collector has an element. The collector has its own context: a
	 * flow around it refuses elements that come with another one.
	 *
	 * @param next the flow
	 * @param context the context of the collector
	 */
	private record Emission(Continuation<? super Unit> next, CoroutineContext context) implements Continuation<Unit> {

		@Override
		public CoroutineContext getContext() {
			return this.context;
		}

		@Override
		public void resumeWith(Object result) {
			this.next.resumeWith(result);
		}

	}

	/** Separate, because kotlinx-coroutines-reactor may not be on the class path. */
	private static final class Publishers {

		/** Returns a context with charges, of which publishers get them as their own. */
		static CoroutineContext withCharges(CoroutineContext context, List<ChargeDecision> passedOn) {
			ReactorContext known = context.get(ReactorContext.Key);
			Context publishers = (known != null) ? known.getContext() : Context.empty();
			return context.plus(new ReactorContext(publishers.put(PassedOnCharges.KEY, passedOn)));
		}

	}

}
