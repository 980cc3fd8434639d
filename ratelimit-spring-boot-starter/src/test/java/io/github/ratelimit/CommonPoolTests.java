package io.github.ratelimit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;

/**
 * On two cores the common pool has one thread. A call that waits in it delays everything
 * else that is run there, the application's own work included.
 */
@AnalyzeClasses(packages = "io.github.ratelimit")
@ArchTag("version-independent")
class CommonPoolTests {

	@ArchTest
	static final ArchRule neither_the_library_nor_its_tests_run_anything_in_the_common_pool = noClasses().should()
		.callMethod(CompletableFuture.class, "supplyAsync", Supplier.class)
		.orShould()
		.callMethod(CompletableFuture.class, "runAsync", Runnable.class)
		.orShould()
		.callMethod(ForkJoinPool.class, "commonPool");

}
