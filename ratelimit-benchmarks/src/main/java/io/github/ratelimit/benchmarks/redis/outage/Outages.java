package io.github.ratelimit.benchmarks.redis.outage;

import io.github.ratelimit.benchmarks.redis.limiter.OurLimiter;
import io.github.ratelimit.benchmarks.redis.outage.Outage.Span;
import io.github.ratelimit.benchmarks.redis.outage.OutageLoad.Answer;
import io.github.ratelimit.benchmarks.redis.report.Criteria;
import io.github.ratelimit.benchmarks.redis.report.Table;
import io.github.ratelimit.benchmarks.redis.server.Polling;
import io.github.ratelimit.benchmarks.redis.server.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * B6: Redis stops for ten seconds, is killed and restarts empty, loses its scripts, each
 * while two instances get calls. During the outage, as many threads as there are callers
 * wait for an event that never happens, with the same deadline: they are the measure of
 * what a decision may take.
 */
public final class Outages {

	static final Duration DEADLINE = Duration.ofMillis(50);

	private static final Duration BEFORE = Duration.ofSeconds(3);

	private static final Duration KILLED = Duration.ofSeconds(2);

	private static final Duration FLUSHED = Duration.ofSeconds(1);

	private static final Duration AFTER = Duration.ofSeconds(4);

	private static final Duration SETTLING = Duration.ofSeconds(1);

	private static final double BEYOND_WAIT_MILLIS = 10;

	private static final double BACK_MILLIS = 2_000;

	private Outages() {
	}

	public static void measure(Duration stopped, Criteria criteria) {
		Table table = new Table("B6: what becomes of decisions while Redis is away", "Redis is", "asked", "answered",
				"exceptions", "without Redis", "p99.9 ms", "p99.9 ms of late", "bare wait p99.9 ms",
				"without Redis, of bound", "by Redis, of bound", "charged twice", "granted free", "orphaned of late",
				"back after ms", "without Redis once back");
		measure(Outage.STOPPED, stopped, table, criteria);
		measure(Outage.KILLED, KILLED, table, criteria);
		measure(Outage.FLUSHED, FLUSHED, table, criteria);
	}

	private static void measure(Outage outage, Duration duration, Table table, Criteria criteria) {
		try (RedisServer server = RedisServer.start(); OutageLoad load = new OutageLoad(server)) {
			load.start();
			Polling.sleep(BEFORE);
			TimedWaits waits = new TimedWaits(OutageLoad.THREADS, DEADLINE);
			Span away = outage.happen(server, duration);
			Durations bare = waits.end();
			Polling.sleep(AFTER);
			List<Answer> answers = load.end();
			Polling.sleep(SETTLING);
			try (OurLimiter auditor = OutageLoad.instance(server)) {
				List<Answer> kept = outage.keepsState() ? answers
						: answers.stream().filter((answer) -> away.isBefore(answer.asked())).toList();
				Report report = new Report(outage, away, answers, bare,
						ChargeAudit.of(kept, auditor, outage.keepsState()), replayed(outage, away, answers, auditor));
				report.print(load, table);
				report.judge(load, criteria);
			}
		}
	}

	/** Counts questions of before that the empty server was asked. */
	private static long replayed(Outage outage, Span away, List<Answer> answers, OurLimiter auditor) {
		return outage.keepsState() ? 0
				: answers.stream()
					.filter((answer) -> answer.isOnce() && answer.granted() && !ChargeAudit.isLate(answer)
							&& !away.isBefore(answer.asked()))
					.filter((answer) -> auditor.missing(answer.key()) > 0)
					.count();
	}

	private record Report(Outage outage, Span away, List<Answer> answers, Durations bare, ChargeAudit audit,
			long replayed) {

		void print(OutageLoad load, Table table) {
			table.row(name(), load.asked(), this.answers.size(), load.failed() + load.failure(), withoutRedis(),
					Table.millis(decisions().percentile(0.999)), Table.millis(late().percentile(0.999)),
					Table.millis(this.bare.percentile(0.999)), Table.figure(ofFallback(), 3),
					Table.figure(ofRedis(), 3), this.audit.twice() + this.replayed, this.audit.free(),
					this.audit.orphaned() + " of " + this.audit.late(), back(), withoutRedisOnceBack());
		}

		void judge(OutageLoad load, Criteria criteria) {
			String where = "B6, Redis " + name() + ": ";
			criteria.none(where + "exceptions and lost requests", load.failed() + load.asked() - this.answers.size());
			criteria.add(where + "charged twice, granted free, orphaned of late",
					"%d, %d, %d of %d".formatted(this.audit.twice() + this.replayed, this.audit.free(),
							this.audit.orphaned(), this.audit.late()),
					"late ones only, 0, late ones only", this.audit.isClean() && this.replayed == 0);
			criteria.add(where + "granted, of the bounds without and by Redis",
					"%.3f, %.3f".formatted(ofFallback(), ofRedis()), "at most 1", ofFallback() <= 1 && ofRedis() <= 1);
			if (this.outage == Outage.FLUSHED) {
				criteria.none(where + "decided without Redis", withoutRedis());
				return;
			}
			judgeLatency(where, "p99.9 of a decision", decisions(), 0.999, criteria);
			judgeLatency(where, "p99.9 of those that waited until their deadline", late(), 0.999, criteria);
			judgeLatency(where, "p50 of those that waited until their deadline", late(), 0.5, criteria);
			criteria.add(where + "back on Redis after", back() + " ms", "at most %.0f ms".formatted(BACK_MILLIS),
					backMillis() <= BACK_MILLIS);
		}

		private void judgeLatency(String where, String what, Durations durations, double share, Criteria criteria) {
			double decision = durations.percentile(share) / 1e6;
			double beyond = decision - this.bare.percentile(share) / 1e6;
			criteria.add(where + what + ", beyond a bare wait's",
					String.format(Locale.ROOT, "%.3f ms, %+.3f ms (%d decisions)", decision, beyond, durations.count()),
					"at most %+.0f ms".formatted(BEYOND_WAIT_MILLIS), beyond <= BEYOND_WAIT_MILLIS);
		}

		private String name() {
			return this.outage.name().toLowerCase(Locale.ROOT);
		}

		/** Returns how long decisions took that were asked for while Redis was away. */
		private Durations decisions() {
			return new Durations(this.answers.stream()
				.filter((answer) -> this.away.contains(answer.asked()))
				.mapToLong(Answer::nanos));
		}

		/** Returns how long those of them took that waited until their deadline. */
		private Durations late() {
			Span waiting = new Span(this.away.begin() - DEADLINE.toNanos(), this.away.end());
			return new Durations(this.answers.stream()
				.filter((answer) -> waiting.contains(answer.asked()) && ChargeAudit.isLate(answer))
				.mapToLong(Answer::nanos));
		}

		private long withoutRedis() {
			return this.answers.stream().filter(Answer::degraded).count();
		}

		/** Returns how many decisions were late or worse after Redis had to be back. */
		private long withoutRedisOnceBack() {
			long back = this.away.end() + Math.round(BACK_MILLIS * 1e6);
			return this.answers.stream().filter((answer) -> answer.degraded() && answer.asked() - back > 0).count();
		}

		private String back() {
			return Table.figure(backMillis(), 0);
		}

		/** Returns when the last instance was granted something by Redis again. */
		private double backMillis() {
			return IntStream.range(0, OutageLoad.INSTANCES)
				.mapToDouble((instance) -> this.answers.stream()
					.filter((answer) -> answer.instance() == instance && answer.granted()
							&& this.away.isBefore(answer.asked()))
					.mapToDouble((answer) -> (answer.answered() - this.away.end()) / 1e6)
					.min()
					.orElse(Double.POSITIVE_INFINITY))
				.max()
				.orElseThrow();
		}

		/**
		 * Returns what an instance granted without Redis over what its own bucket may,
		 * the greatest of the instances.
		 */
		private double ofFallback() {
			return IntStream.range(0, OutageLoad.INSTANCES).mapToDouble((instance) -> {
				List<Answer> own = this.answers.stream()
					.filter((answer) -> answer.instance() == instance && answer.degraded())
					.toList();
				return contested(own.stream().filter(Answer::allowed).toList())
						/ OutageLoad.CONTESTED_QUOTA.bound(seconds(own));
			}).max().orElseThrow();
		}

		/**
		 * Returns what Redis granted over what its bucket may, once more if it was lost.
		 */
		private double ofRedis() {
			double bound = OutageLoad.CONTESTED_QUOTA.bound(seconds(this.answers))
					+ (this.outage.keepsState() ? 0 : OutageLoad.CONTESTED_QUOTA.capacity());
			return contested(this.answers.stream().filter(Answer::granted).toList()) / bound;
		}

		private static double contested(List<Answer> granted) {
			return granted.stream().filter((answer) -> answer.key().equals(OutageLoad.CONTESTED)).count();
		}

		private static double seconds(List<Answer> answers) {
			return (end(answers, Answer::answered) - begin(answers, Answer::asked)) / 1e9;
		}

		private static long begin(List<Answer> answers, ToLongFunction<Answer> time) {
			return answers.stream().mapToLong(time).min().orElse(0);
		}

		private static long end(List<Answer> answers, ToLongFunction<Answer> time) {
			return answers.stream().mapToLong(time).max().orElse(0);
		}

	}

}
