package io.github.ratelimit;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.github.ratelimit.autoconfigure.RateLimitRedisAutoConfiguration;
import io.github.ratelimit.store.redis.RedisStore;
import java.time.Clock;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * The rooms of the library and the arrows between them.
 */
@ArchTag("version-independent")
@AnalyzeClasses(packages = "io.github.ratelimit", importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

	private static final String ROOT = "io.github.ratelimit";

	/** The packages of the decision, on which packages that request one may depend. */
	private static final String[] DECIDES = { "registry", "store", "permit", "limiter" };

	private static final String[] REDIS = { "org.springframework.data.redis..", "io.lettuce..", "redis.clients.." };

	private static final DescribedPredicate<JavaClass> connectsRedis = belongToAnyOf(
			RateLimitRedisAutoConfiguration.class);

	@ArchTest
	static final ArchRule every_class_lives_in_a_room = classes().should()
		.resideInAnyPackage(ROOT, ROOT + ".registry", ROOT + ".event", ROOT + ".store", ROOT + ".permit",
				ROOT + ".queue", ROOT + ".limiter", ROOT + ".store.memory..", ROOT + ".store.redis..",
				ROOT + ".provider..", ROOT + ".web..", ROOT + ".call..", ROOT + ".method..", ROOT + ".expression..",
				ROOT + ".governor..", ROOT + ".client..", ROOT + ".observation..", ROOT + ".actuate..",
				ROOT + ".autoconfigure..");

	@ArchTest
	static final ArchRule the_root_imports_no_other_room = noClasses().that()
		.resideInAPackage(ROOT)
		.should()
		.dependOnClassesThat()
		.resideInAPackage(ROOT + ".*..");

	@ArchTest
	static final ArchRule the_root_knows_only_the_jdk_and_jspecify = noClasses().that()
		.resideInAPackage(ROOT)
		.should()
		.dependOnClassesThat(resideOutsideOfPackage(ROOT + "..")
			.and(DescribedPredicate.not(resideInAnyPackage("java..", "org.jspecify.."))));

	@ArchTest
	static final ArchRule registry_imports_only_the_root = room("registry").importsOnlyTheRootAnd();

	@ArchTest
	static final ArchRule event_imports_only_the_root_and_registry = room("event").importsOnlyTheRootAnd("registry");

	@ArchTest
	static final ArchRule the_port_to_stores_imports_only_the_root_and_registry = only("store")
		.importsOnlyTheRootAnd("registry");

	@ArchTest
	static final ArchRule permit_imports_only_the_root_registry_and_the_port_to_stores = room("permit")
		.importsOnlyTheRootAnd("registry", "store");

	@ArchTest
	static final ArchRule queue_imports_only_the_root_registry_permit_and_the_port_to_stores = room("queue")
		.importsOnlyTheRootAnd("registry", "store", "permit");

	@ArchTest
	static final ArchRule limiter_imports_only_the_root_and_what_it_decides_with = room("limiter")
		.importsOnlyTheRootAnd("registry", "store", "permit", "queue");

	@ArchTest
	static final ArchRule stores_are_known_only_to_what_makes_them = types(ROOT + ".store.memory..",
			ROOT + ".store.redis..")
		.areKnownOnlyTo("store..", "autoconfigure..");

	@ArchTest
	static final ArchRule expression_imports_only_the_root_and_what_charges_are_made_of = room("expression")
		.importsOnlyTheRootAnd(DECIDES);

	@ArchTest
	static final ArchRule expressions_do_not_know_the_language_they_are_written_in = noClasses().that()
		.resideInAPackage(ROOT + ".expression")
		.should()
		.dependOnClassesThat()
		.resideInAPackage(ROOT + ".expression.spel..");

	@ArchTest
	static final ArchRule spel_is_known_only_to_its_room = types("org.springframework.expression..")
		.areKnownOnlyTo("expression.spel..");

	@ArchTest
	static final ArchRule only_method_and_autoconfigure_have_expressions_parsed = types(ROOT + ".expression.spel..")
		.areKnownOnlyTo("expression.spel..", "method..", "autoconfigure..");

	@ArchTest
	static final ArchRule provider_imports_only_the_root = room("provider").importsOnlyTheRootAnd();

	@ArchTest
	static final ArchRule the_styles_of_answers_know_nothing_of_what_providers_answer = only("provider")
		.importsOnlyTheRootAnd();

	@ArchTest
	static final ArchRule what_providers_answer_imports_only_the_root = room("provider.dialect")
		.importsOnlyTheRootAnd();

	@ArchTest
	static final ArchRule dialects_and_tokens_know_only_the_jdk_and_jspecify = noClasses().that()
		.resideInAnyPackage(ROOT + ".provider.dialect..", ROOT + ".provider.usage..")
		.should()
		.dependOnClassesThat(resideOutsideOfPackage(ROOT + "..")
			.and(DescribedPredicate.not(resideInAnyPackage("java..", "org.jspecify.."))));

	@ArchTest
	static final ArchRule tokens_of_calls_know_nothing_else_of_the_library = noClasses().that()
		.resideInAPackage(ROOT + ".provider.usage..")
		.should()
		.dependOnClassesThat(resideInAPackage(ROOT + "..")
			.and(DescribedPredicate.not(resideInAPackage(ROOT + ".provider.usage.."))));

	@ArchTest
	static final ArchRule web_imports_only_the_root_provider_expression_and_refusals_of_calls = room("web")
		.importsOnlyTheRootAnd(and("provider", "expression", "governor"));

	@ArchTest
	static final ArchRule rules_for_paths_know_nothing_else_of_web = room("web.path")
		.importsOnlyTheRootAnd(and("expression"));

	@ArchTest
	static final ArchRule facts_of_requests_know_only_their_path = room("web.request")
		.importsOnlyTheRootAnd(and("expression", "web.path"));

	@ArchTest
	static final ArchRule cors_knows_nothing_else_of_web = room("web.cors").importsOnlyTheRootAnd(DECIDES);

	@ArchTest
	static final ArchRule answers_know_only_dialects_cors_and_refusals_of_calls = room("web.response")
		.importsOnlyTheRootAnd(and("provider", "web.cors", "governor"));

	@ArchTest
	static final ArchRule the_filter_knows_paths_facts_and_answers = room("web.filter")
		.importsOnlyTheRootAnd(and("expression", "web.path", "web.request", "web.response"));

	@ArchTest
	static final ArchRule spring_mvc_s_parts_know_the_filter_and_answers = room("web.mvc")
		.importsOnlyTheRootAnd(and("web.filter", "web.response", "governor"));

	@ArchTest
	static final ArchRule spring_security_s_parts_know_facts_and_cors = room("web.security")
		.importsOnlyTheRootAnd(and("web.request", "web.cors"));

	@ArchTest
	static final ArchRule graphql_knows_only_answers = room("web.graphql")
		.importsOnlyTheRootAnd(and("provider", "web.response"));

	@ArchTest
	static final ArchRule reactive_applications_know_only_answers = room("web.reactive")
		.importsOnlyTheRootAnd(and("provider", "web.response"));

	@ArchTest
	static final ArchRule descriptions_of_apis_know_nothing_else_of_web = room("web.openapi")
		.importsOnlyTheRootAnd(DECIDES);

	@ArchTest
	static final ArchRule call_imports_only_the_root = room("call").importsOnlyTheRootAnd(DECIDES);

	@ArchTest
	static final ArchRule method_imports_only_the_root_call_and_expression = room("method")
		.importsOnlyTheRootAnd(and("call", "expression"));

	@ArchTest
	static final ArchRule client_imports_only_the_root_the_governor_provider_and_what_budgets_are_made_of = only(
			"client")
		.importsOnlyTheRootAnd(and("governor", "provider"));

	@ArchTest
	static final ArchRule the_core_of_clients_knows_no_adapter = noClasses().that()
		.resideInAPackage(ROOT + ".client")
		.should()
		.dependOnClassesThat()
		.resideInAPackage(ROOT + ".client.*..");

	@ArchTest
	static final ArchRule adapters_know_no_other_adapter = slices().matching(ROOT + ".client.(*)..")
		.should()
		.notDependOnEachOther()
		.ignoreDependency(resideInAnyPackage(ROOT + ".client.openai..", ROOT + ".client.anthropic.."),
				resideInAPackage(ROOT + ".client.sdk.."))
		.ignoreDependency(resideInAPackage(ROOT + ".client.springai.."), resideInAPackage(ROOT + ".client.okhttp.."));

	@ArchTest
	static final ArchRule spring_s_blocking_clients_are_known_only_to_their_adapter = types(
			"org.springframework.web.client..", "org.springframework.http.client")
		.areKnownOnlyTo("client.http..", "autoconfigure.client..");

	@ArchTest
	static final ArchRule spring_s_reactive_client_is_known_only_to_its_adapter = types(
			"org.springframework.web.reactive.function.client..", "org.springframework.http.client.reactive..")
		.areKnownOnlyTo("client.reactive..", "autoconfigure.client..");

	@ArchTest
	static final ArchRule the_governor_imports_only_the_root_notes_and_what_dialects_read = room("governor")
		.importsOnlyTheRootAnd("store", "provider.dialect");

	@ArchTest
	static final ArchRule observation_imports_only_the_root_expression_and_client = room("observation")
		.importsOnlyTheRootAnd(and("event", "expression", "client", "governor"));

	@ArchTest
	static final ArchRule actuate_imports_only_the_root_expression_and_client = room("actuate")
		.importsOnlyTheRootAnd(and("expression", "client", "governor", "provider.dialect"));

	@ArchTest
	static final ArchRule the_memory_store_imports_only_the_root_and_the_port = room("store.memory")
		.importsOnlyTheRootAnd("registry", "store");

	@ArchTest
	static final ArchRule windows_in_memory_know_nothing_of_the_memory_store = room("store.memory.window")
		.importsOnlyTheRootAnd("store");

	@ArchTest
	static final ArchRule the_redis_store_imports_only_the_root_and_the_port = room("store.redis")
		.importsOnlyTheRootAnd("registry", "store");

	@ArchTest
	static final ArchRule what_redis_scripts_are_sent_and_reply_knows_nothing_else_of_redis = room("store.redis.script")
		.importsOnlyTheRootAnd("registry", "store");

	@ArchTest
	static final ArchRule redis_clients_know_only_scripts = room("store.redis.client").importsOnlyTheRootAnd("registry",
			"store", "store.redis.script");

	@ArchTest
	static final ArchRule what_an_instance_remembers_of_redis_knows_only_scripts_and_clients = room("store.redis.local")
		.importsOnlyTheRootAnd("registry", "store", "store.redis.script", "store.redis.client");

	@ArchTest
	static final ArchRule the_redis_store_does_not_know_the_proxy_manager_of_bucket4j = types(
			ROOT + ".store.redis.bucket4j..")
		.areKnownOnlyTo("store.redis.bucket4j..", "autoconfigure..");

	@ArchTest
	static final ArchRule the_proxy_manager_of_bucket4j_knows_only_scripts_clients_and_settings = noClasses().that()
		.resideInAPackage(ROOT + ".store.redis.bucket4j..")
		.should()
		.dependOnClassesThat(resideInAnyPackage(ROOT + ".store.redis.local..", ROOT + ".store.memory..")
			.or(equivalentTo(RedisStore.class)));

	@ArchTest
	static final ArchRule properties_imports_only_the_root_expression_provider_web_and_client = room(
			"autoconfigure.properties")
		.importsOnlyTheRootAnd(and("expression", "provider", "web", "client", "governor"));

	@ArchTest
	static final ArchRule report_imports_only_the_root_expression_method_web_and_properties = room(
			"autoconfigure.report")
		.importsOnlyTheRootAnd(and("expression", "method", "web", "autoconfigure.properties"));

	@ArchTest
	static final ArchRule nobody_imports_autoconfigure = noClasses().that()
		.resideOutsideOfPackage(ROOT + ".autoconfigure..")
		.should()
		.dependOnClassesThat()
		.resideInAPackage(ROOT + ".autoconfigure..");

	@ArchTest
	static final ArchRule bucket4j_is_known_only_to_the_stores = types("io.github.bucket4j..")
		.areKnownOnlyTo("store..");

	@ArchTest
	static final ArchRule redis_is_known_only_to_the_redis_store_and_who_connects_it = noClasses().that()
		.resideOutsideOfPackage(ROOT + ".store.redis..")
		.and(DescribedPredicate.not(connectsRedis))
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(REDIS);

	@ArchTest
	static final ArchRule who_connects_redis_knows_no_client_and_nothing_but_connections = noClasses()
		.that(connectsRedis)
		.should()
		.dependOnClassesThat(
				resideInAnyPackage(REDIS).and(DescribedPredicate.not(equivalentTo(RedisConnectionFactory.class))));

	@ArchTest
	static final ArchRule servlets_are_known_only_to_web = types("jakarta.servlet..").areKnownOnlyTo("web..");

	@ArchTest
	static final ArchRule spring_boot_is_known_only_to_autoconfigure_and_actuate = types("org.springframework.boot..")
		.areKnownOnlyTo("autoconfigure..", "actuate..");

	@ArchTest
	static final ArchRule spring_security_is_known_only_to_web_security = types("org.springframework.security..")
		.areKnownOnlyTo("web.security..");

	@ArchTest
	static final ArchRule sketches_are_known_only_to_registry = types("org.apache.datasketches..")
		.areKnownOnlyTo("registry..");

	@ArchTest
	static final ArchRule kotlin_is_known_only_to_call = types("kotlin..", "kotlinx..").areKnownOnlyTo("call..");

	@ArchTest
	static final ArchRule openai_s_sdk_is_known_only_to_its_adapter = types("com.openai..")
		.areKnownOnlyTo("client.openai..");

	@ArchTest
	static final ArchRule anthropic_s_sdk_is_known_only_to_its_adapter = types("com.anthropic..")
		.areKnownOnlyTo("client.anthropic..");

	@ArchTest
	static final ArchRule okhttp_is_known_only_to_its_adapter = types("okhttp3..", "okio..")
		.areKnownOnlyTo("client.okhttp..");

	@ArchTest
	static final ArchRule spring_ai_is_known_only_to_its_adapter = types("org.springframework.ai..")
		.areKnownOnlyTo("client.springai..", "autoconfigure.client..");

	@ArchTest
	static final ArchRule adapters_know_no_dialect = noClasses().that()
		.resideInAPackage(ROOT + ".client.*..")
		.should()
		.dependOnClassesThat()
		.resideInAPackage(ROOT + ".provider.dialect..");

	@ArchTest
	static final ArchRule one_class_reads_the_clock = noClasses().that()
		.doNotHaveFullyQualifiedName(ROOT + ".SystemTimeSource")
		.should()
		.accessTargetWhere(readsAClock());

	@ArchTest
	static final ArchRule every_package_is_null_marked = classes().should(liveInANullMarkedPackage());

	private static Room room(String name) {
		return new Room(ROOT + "." + name + "..");
	}

	private static Room only(String name) {
		return new Room(ROOT + "." + name);
	}

	private static String[] and(String... others) {
		return Stream.of(DECIDES, others).flatMap(Arrays::stream).toArray(String[]::new);
	}

	private static Types types(String... packages) {
		return new Types(List.of(packages));
	}

	private static String[] inRoot(String... rooms) {
		String[] packages = new String[rooms.length];
		for (int i = 0; i < rooms.length; i++) {
			packages[i] = ROOT + "." + rooms[i];
		}
		return packages;
	}

	private static DescribedPredicate<JavaAccess<?>> readsAClock() {
		return describe("reads a clock", (access) -> {
			AccessTarget target = access.getTarget();
			String name = target.getName();
			JavaClass owner = target.getOwner();
			if (owner.isEquivalentTo(System.class)) {
				return Set.of("nanoTime", "currentTimeMillis").contains(name);
			}
			if (owner.isEquivalentTo(Date.class)) {
				return name.equals("<init>") && hasNoParameters(target);
			}
			if (owner.isEquivalentTo(Calendar.class)) {
				return name.equals("getInstance");
			}
			if (owner.getPackageName().startsWith("java.time")) {
				return (name.equals("now") && !takesAClock(target)) || name.startsWith("system")
						|| name.startsWith("tick");
			}
			return owner.getName().equals("io.github.bucket4j.TimeMeter") && name.startsWith("SYSTEM");
		});
	}

	private static boolean hasNoParameters(AccessTarget target) {
		return target instanceof AccessTarget.CodeUnitAccessTarget unit && unit.getRawParameterTypes().isEmpty();
	}

	private static boolean takesAClock(AccessTarget target) {
		return target instanceof AccessTarget.CodeUnitAccessTarget unit
				&& unit.getRawParameterTypes().stream().anyMatch((type) -> type.isAssignableTo(Clock.class));
	}

	private static ArchCondition<JavaClass> liveInANullMarkedPackage() {
		return new ArchCondition<>("live in a package annotated with @NullMarked") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
				events.add(new SimpleConditionEvent(type, marked,
						type.getName() + " lives in " + type.getPackageName() + ", @NullMarked: " + marked));
			}

		};
	}

	/**
	 * What a room may import. A room may be empty as long as it is not built.
	 */
	private record Room(String name) {

		ArchRule importsOnlyTheRootAnd(String... others) {
			String[] otherRooms = inRoot(others);
			for (int i = 0; i < otherRooms.length; i++) {
				// the rooms beneath the port to stores are not meant with it
				otherRooms[i] += others[i].equals("store") ? "" : "..";
			}
			DescribedPredicate<JavaClass> allowed = resideInAnyPackage(ROOT, this.name)
				.or(resideInAnyPackage(otherRooms));
			return noClasses().that()
				.resideInAPackage(this.name)
				.should()
				.dependOnClassesThat(resideInAPackage(ROOT + "..").and(DescribedPredicate.not(allowed)))
				.allowEmptyShould(true);
		}

	}

	/**
	 * Which packages may depend on types of others.
	 */
	private record Types(List<String> packages) {

		ArchRule areKnownOnlyTo(String... rooms) {
			return noClasses().that()
				.resideOutsideOfPackages(inRoot(rooms))
				.should()
				.dependOnClassesThat()
				.resideInAnyPackage(this.packages.toArray(String[]::new));
		}

	}

}
