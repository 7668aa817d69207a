// Builds what is generated and not kept in the repository, as modules that plain Node, the tests and the Lambda bundles
// import alike: the report page's script and style, the kernels, and the script of the threads that run them. Runs before every npm script; silent and quick when
// up to date.
import { buildKernels } from './build/kernels.ts';
import { buildReportPage } from './build/page.ts';
import { buildWorkers } from './build/worker.ts';

await buildReportPage();
await buildKernels();
await buildWorkers();
